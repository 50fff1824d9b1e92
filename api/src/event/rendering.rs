//! Items of `events` as they are sent: written once for an event and what is selected of it, however many are told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use axum::body::Bytes;
use mediary_log::Recorded;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::selection::Selection;

/// Events of which renderings are kept: the newest, which subscribers are told at about the same time.
pub(super) const KEPT_MAX: usize = 1_024;
/// Bytes of renderings that are kept, at most.
const KEPT_BYTES_MAX: usize = 4 << 20;
/// Selections of which an event has renderings: more than there are programs that follow it.
const SELECTIONS_MAX: usize = 8;
/// What most items need.
const TEXT_BYTES: usize = 1_024;

/// JSON text.
#[derive(Debug, Clone)]
pub(crate) struct Rendered(Arc<RawValue>);

impl Rendered {
    /// What is written.
    pub(super) fn of(write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut text = Vec::with_capacity(TEXT_BYTES);
        write(&mut text);
        let text = String::from_utf8(text).expect("JSON is written as UTF-8");
        Self(RawValue::from_string(text).expect("what is written is JSON").into())
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
    events: VecDeque<OfEvent>,
    bytes: usize,
}

/// An event with its renderings.
#[derive(Debug)]
struct OfEvent {
    recorded: Arc<Recorded>,
    renderings: Vec<(Arc<Selection>, Rendered)>,
}

impl Renderings {
    /// The item of an event, rendered now if nobody has asked for this of it.
    ///
    /// It is of this very reading of the event: once the event was erased, it is read anew and has no payload.
    pub(super) fn of(&self, recorded: &Arc<Recorded>, selection: &Arc<Selection>) -> Rendered {
        if let Some(rendered) = self.lock().find(recorded, selection) {
            return rendered;
        }
        // Two that ask in the same moment may both render it; nobody waits for the other.
        let rendered = Rendered::of(|text| selection.write(recorded.position(), Some(recorded), text));
        self.lock().keep(recorded, selection, &rendered);
        rendered
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&mut self, recorded: &Arc<Recorded>, selection: &Selection) -> Option<Rendered> {
        let of_event = self.of_event(recorded)?;
        let found = of_event.renderings.iter().find(|(kept, _)| **kept == *selection);
        found.map(|(_, rendered)| rendered.clone())
    }

    fn of_event(&mut self, recorded: &Arc<Recorded>) -> Option<&mut OfEvent> {
        let position = recorded.position();
        let place = self.events.binary_search_by_key(&position, |kept| kept.recorded.position()).ok()?;
        self.events.get_mut(place).filter(|kept| Arc::ptr_eq(&kept.recorded, recorded))
    }

    /// Keeps what is of an event that is kept, or newer than all of them: whoever catches up doesn't push out what all
    /// others are told.
    fn keep(&mut self, recorded: &Arc<Recorded>, selection: &Arc<Selection>, rendered: &Rendered) {
        let rendering = (Arc::clone(selection), rendered.clone());
        if let Some(of_event) = self.of_event(recorded) {
            if of_event.renderings.len() < SELECTIONS_MAX {
                of_event.renderings.push(rendering);
                self.bytes += rendered.0.get().len();
            }
        } else if self.events.back().is_none_or(|newest| newest.recorded.position() < recorded.position()) {
            let of_event = OfEvent { recorded: Arc::clone(recorded), renderings: vec![rendering] };
            self.bytes += of_event.bytes();
            self.events.push_back(of_event);
        }
        while self.events.len() > KEPT_MAX || self.bytes > KEPT_BYTES_MAX {
            let Some(oldest) = self.events.pop_front() else { break };
            self.bytes -= oldest.bytes();
        }
    }
}

impl OfEvent {
    /// The event is kept with its renderings, so both count.
    fn bytes(&self) -> usize {
        let payload = self.recorded.payload.as_ref().map_or(0, Bytes::len);
        payload + self.renderings.iter().map(|(_, rendered)| rendered.0.get().len()).sum::<usize>()
    }
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

    fn selection(fields: &[&str]) -> Arc<Selection> {
        Arc::new(Selection::of_event(fields))
    }

    #[test]
    fn an_item_is_rendered_once_for_all_who_select_the_same() {
        let folder = TempDir::new().unwrap();
        let (opened, renderings) = (opened(&folder), Renderings::default());
        let rendered = renderings.of(&opened, &selection(&["position", "kind"]));
        assert_eq!(rendered.0.get(), r#"{"event":{"position":1,"kind":"log.opened"}}"#);
        assert!(is_once(&rendered, &renderings.of(&opened, &selection(&["position", "kind"]))));
        let other = renderings.of(&opened, &selection(&["kind"]));
        assert_eq!(other.0.get(), r#"{"event":{"kind":"log.opened"}}"#);
        for name in ["id", "stream", "version", "schema", "at", "project", "principal", "origin", "payload"] {
            renderings.of(&opened, &selection(&[name]));
        }
        assert_eq!(renderings.lock().events[0].renderings.len(), SELECTIONS_MAX);
    }

    // What was erased is read anew, and then has no payload.
    #[test]
    fn what_was_erased_is_not_told_from_memory() {
        let folder = TempDir::new().unwrap();
        let (opened, renderings) = (opened(&folder), Renderings::default());
        let payload = selection(&["payload"]);
        assert_ne!(renderings.of(&opened, &payload).0.get(), r#"{"event":{"payload":null}}"#);
        let erased = Arc::new(Recorded { payload: None, ..(*opened).clone() });
        assert_eq!(renderings.of(&erased, &payload).0.get(), r#"{"event":{"payload":null}}"#);
    }

    #[test]
    fn who_catches_up_pushes_out_nothing_and_no_more_is_kept_than_said() {
        let folder = TempDir::new().unwrap();
        let (opened, renderings) = (opened(&folder), Renderings::default());
        let payload = selection(&["payload"]);
        let newest = at(5_000, &opened);
        let rendered = renderings.of(&newest, &payload);
        for position in 1..3_000 {
            renderings.of(&at(position, &opened), &payload);
        }
        assert!(is_once(&rendered, &renderings.of(&newest, &payload)));
        for position in 5_001..8_000 {
            renderings.of(&at(position, &opened), &payload);
        }
        assert_eq!(renderings.lock().events.len(), KEPT_MAX);
        let large = Bytes::from(codec_of_a_text(KEPT_BYTES_MAX / 4));
        for position in 8_000..8_010 {
            let mut recorded = (*at(position, &opened)).clone();
            recorded.payload = Some(large.clone());
            renderings.of(&Arc::new(recorded), &payload);
        }
        let kept = renderings.lock();
        assert!(kept.bytes <= KEPT_BYTES_MAX && kept.events.len() < 3, "{}", kept.bytes);
        assert_eq!(kept.bytes, kept.events.iter().map(OfEvent::bytes).sum::<usize>());
    }

    /// MessagePack of a text of so many bytes.
    fn codec_of_a_text(bytes: usize) -> Vec<u8> {
        let length = u32::try_from(bytes).unwrap().to_be_bytes();
        [[0xdb].as_slice(), length.as_slice(), "x".repeat(bytes).as_bytes()].concat()
    }
}
