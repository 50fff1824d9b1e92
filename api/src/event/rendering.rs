//! Payloads as they are sent: rendered once for an event, however many are told of it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use axum::body::Bytes;
use mediary_log::Recorded;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::object::payload;

/// Renderings that are kept: those of the newest events, which subscribers are told at about the same time.
const KEPT_MAX: usize = 1_024;
/// Bytes of renderings that are kept, at most.
const KEPT_BYTES_MAX: usize = 4 << 20;

/// A payload as JSON text, without what opens something.
#[derive(Debug, Clone)]
pub(crate) struct Rendered(Arc<RawValue>);

impl Rendered {
    /// None once it was erased, or if it can't be read.
    pub(super) fn of(recorded: &Recorded) -> Option<Self> {
        let raw = to_raw_value(&payload(recorded)?).expect("a JSON value is JSON");
        Some(Self(raw.into()))
    }
}

impl Serialize for Rendered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Renderings of the newest events.
#[derive(Debug, Default)]
pub(crate) struct Renderings(Mutex<Kept>);

/// In the order of their positions, which rise, and may leave some out.
#[derive(Debug, Default)]
struct Kept {
    renderings: VecDeque<(Arc<Recorded>, Option<Rendered>)>,
    bytes: usize,
}

impl Renderings {
    /// The payload of an event, rendered now if nobody has asked for it.
    ///
    /// It is of this very reading of the event: once the event was erased, it is read anew and has no payload.
    pub(super) fn of(&self, recorded: &Arc<Recorded>) -> Option<Rendered> {
        if let Some((_, rendered)) = self.lock().find(recorded) {
            return rendered.clone();
        }
        // Two that ask in the same moment may both render it; nobody waits for the other.
        let rendered = Rendered::of(recorded);
        self.lock().keep(recorded, rendered.clone());
        rendered
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&self, recorded: &Arc<Recorded>) -> Option<&(Arc<Recorded>, Option<Rendered>)> {
        let position = recorded.position();
        let place = self.renderings.binary_search_by_key(&position, |(kept, _)| kept.position()).ok()?;
        self.renderings.get(place).filter(|(kept, _)| Arc::ptr_eq(kept, recorded))
    }

    /// Keeps what is newer than all that is kept: whoever catches up doesn't push out what all others are told.
    fn keep(&mut self, recorded: &Arc<Recorded>, rendered: Option<Rendered>) {
        if self.renderings.back().is_some_and(|(newest, _)| newest.position() >= recorded.position()) {
            return;
        }
        self.bytes += weight(recorded, rendered.as_ref());
        self.renderings.push_back((Arc::clone(recorded), rendered));
        while self.renderings.len() > KEPT_MAX || self.bytes > KEPT_BYTES_MAX {
            let Some((oldest, rendered)) = self.renderings.pop_front() else { break };
            self.bytes -= weight(&oldest, rendered.as_ref());
        }
    }
}

/// The event is kept with its rendering, so both count.
fn weight(recorded: &Recorded, rendered: Option<&Rendered>) -> usize {
    let payload = recorded.payload.as_ref().map_or(0, Bytes::len);
    payload + rendered.map_or(0, |Rendered(text)| text.get().len())
}

#[cfg(test)]
mod tests {
    use mediary_log::{Read, testing};
    use tempfile::TempDir;

    use super::*;

    /// The first event of a log: that it was opened.
    fn opened(folder: &TempDir) -> Arc<Recorded> {
        let gate = testing::gate(folder.path()).unwrap();
        Arc::new(gate.log().read(&Read::forward(1).limit(1)).unwrap().remove(0))
    }

    fn at(position: u64, recorded: &Recorded) -> Arc<Recorded> {
        let mut recorded = recorded.clone();
        recorded.envelope.position = position;
        Arc::new(recorded)
    }

    fn is_once(Rendered(one): &Rendered, Rendered(other): &Rendered) -> bool {
        Arc::ptr_eq(one, other)
    }

    #[test]
    fn a_payload_is_rendered_once_for_all_who_are_told() {
        let folder = TempDir::new().unwrap();
        let (opened, renderings) = (opened(&folder), Renderings::default());
        let rendered = renderings.of(&opened).unwrap();
        assert_eq!(rendered.0.get(), payload(&opened).unwrap().to_string());
        assert!(is_once(&rendered, &renderings.of(&opened).unwrap()));
    }

    // What was erased is read anew, and then has no payload.
    #[test]
    fn what_was_erased_is_not_told_from_memory() {
        let folder = TempDir::new().unwrap();
        let (opened, renderings) = (opened(&folder), Renderings::default());
        assert!(renderings.of(&opened).is_some());
        let erased = Arc::new(Recorded { payload: None, ..(*opened).clone() });
        assert!(renderings.of(&erased).is_none());
    }

    #[test]
    fn who_catches_up_pushes_out_nothing_and_no_more_is_kept_than_said() {
        let folder = TempDir::new().unwrap();
        let (opened, renderings) = (opened(&folder), Renderings::default());
        let newest = at(5_000, &opened);
        let rendered = renderings.of(&newest).unwrap();
        for position in 1..3_000 {
            renderings.of(&at(position, &opened)).unwrap();
        }
        assert!(is_once(&rendered, &renderings.of(&newest).unwrap()));
        for position in 5_001..8_000 {
            renderings.of(&at(position, &opened)).unwrap();
        }
        assert_eq!(renderings.lock().renderings.len(), KEPT_MAX);
        let large = Bytes::from(codec_of_a_text(KEPT_BYTES_MAX / 4));
        for position in 8_000..8_010 {
            let mut recorded = (*at(position, &opened)).clone();
            recorded.payload = Some(large.clone());
            renderings.of(&Arc::new(recorded)).unwrap();
        }
        let kept = renderings.lock();
        assert!(kept.bytes <= KEPT_BYTES_MAX && kept.renderings.len() < 3, "{}", kept.bytes);
    }

    /// MessagePack of a text of so many bytes.
    fn codec_of_a_text(bytes: usize) -> Vec<u8> {
        let length = u32::try_from(bytes).unwrap().to_be_bytes();
        [[0xdb].as_slice(), length.as_slice(), "x".repeat(bytes).as_bytes()].concat()
    }
}
