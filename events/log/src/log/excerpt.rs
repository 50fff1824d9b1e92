//! Single events with what proves them, for whoever may read these and no others (ADR 0057).
//!
//! Each stretch is spelled as a bundle. An event that was not asked for stands in one without its payload, as an erased one
//! does: the chain covers envelope and digest, so that it goes on. Who may not have the whole record gets no such event:
//! his stretches are the runs of neighbours among what he may see.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use mediary_events::{codec, told};
use mediary_schema::account::Permission;

use super::{
    bundle::{self, Header},
    error::{Damage, ReadError},
    frame::{Body, Frame},
    read,
    reader::LogReader,
    verify::Walk,
};

/// Events that are carried along, without what they say, to join those that were asked for: so many envelopes are a few MiB.
const JOINED_MAX: u64 = 2_000;

/// Events with what proves them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The stretches in which they stand, in the order of the log.
    pub bundles: Vec<String>,
    /// Those that were asked for and are there, each with why its payload is not.
    pub events: BTreeMap<u64, Option<Withheld>>,
    /// Whether one stretch holds all of them.
    pub is_joined: bool,
}

/// Why the payload of an event is not carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// It was erased.
    Erased,
    /// An address in it opens something, and is told to nobody.
    Opens,
}

impl LogReader {
    /// The events at some positions, as far as they may be seen, with what proves them.
    pub fn excerpt(&self, positions: impl IntoIterator<Item = u64>) -> Result<Excerpt, ReadError> {
        let mut events = BTreeMap::new();
        for position in positions {
            if self.at(position)?.is_some() {
                events.insert(position, self.withheld(position)?);
            }
        }
        let stretches = self.stretches(&events);
        let is_joined = stretches.len() < 2;
        let bundles = stretches.into_iter().map(|stretch| self.stretch(stretch, &events));
        Ok(Excerpt { bundles: bundles.collect::<Result<_, _>>()?, events, is_joined })
    }

    /// Why what an event says is not told as it was recorded.
    fn withheld(&self, position: u64) -> Result<Option<Withheld>, ReadError> {
        let frames = self.log().store().frames(position, position)?;
        let Some((_, frame)) = frames.first() else { return Ok(None) };
        let frame = read::parse(position, frame)?;
        Ok(match frame.body() {
            Body::Erased => Some(Withheld::Erased),
            // What is sealed says nothing to whoever has no key.
            Body::Inline { .. } if frame.is_sealed() => None,
            Body::Inline { payload, .. } => opens_something(payload).then_some(Withheld::Opens),
        })
    }

    /// In which stretches events are told: one, on to the end of the log if that is near, for whoever may have the whole record.
    fn stretches(&self, events: &BTreeMap<u64, Option<Withheld>>) -> Vec<RangeInclusive<u64>> {
        let positions: BTreeSet<u64> = events.keys().copied().collect();
        let (Some(first), Some(last)) = (positions.first().copied(), positions.last().copied()) else {
            return Vec::new();
        };
        let is_near = |end: u64| end - first < JOINED_MAX + positions.len() as u64;
        if self.may_have_all() {
            let end = self.head_position().max(last);
            if let Some(end) = [end, last].into_iter().find(|end| is_near(*end)) {
                return vec![first..=end];
            }
        }
        let mut runs: Vec<RangeInclusive<u64>> = Vec::new();
        for position in positions {
            match runs.last_mut() {
                Some(run) if run.end() + 1 == position => *run = *run.start()..=position,
                _ => runs.push(position..=position),
            }
        }
        runs
    }

    /// Whether who reads may have every event of the log, as `log export` hands them out.
    fn may_have_all(&self) -> bool {
        [Permission::AUDIT, Permission::ADMINISTER].into_iter().all(|one| self.scope().allows(one))
    }

    fn stretch(
        &self,
        stretch: RangeInclusive<u64>,
        events: &BTreeMap<u64, Option<Withheld>>,
    ) -> Result<String, ReadError> {
        let (first, last) = (*stretch.start(), *stretch.end());
        let store = self.log().store();
        let missing = |position| ReadError::from(Damage::Index { index: "chain", position });
        let previous_hash = store.hash_at(first - 1)?.ok_or_else(|| missing(first - 1))?;
        let last_hash = store.hash_at(last)?.ok_or_else(|| missing(last))?;
        let mut walk = Walk::after(first - 1, previous_hash);
        let (mut lines, mut cut, mut is_sealed) = (Vec::new(), (0, 0), false);
        let mut next = first;
        while next <= last {
            for (position, frame) in store.frames(next, last)? {
                let frame = read::parse(position, &frame)?;
                if !frame.payload_matches() {
                    return Err(Damage::Payload { position }.into());
                }
                walk.frame(&frame)?;
                let hash = *walk.hash();
                walk.stored(&hash)?;
                if position == first {
                    cut.0 = frame.append_index();
                }
                cut.1 = frame.append_len() - 1 - frame.append_index();
                is_sealed |= frame.is_sealed();
                let frame = match events.get(&position) {
                    Some(None) => frame,
                    Some(Some(_)) | None => frame.without_payload(),
                };
                line(&frame, &hash, &mut lines)?;
                next = position + 1;
            }
        }
        if *walk.hash() != last_hash {
            let detail = "the chain does not lead to its stored hash".to_owned();
            return Err(Damage::Envelope { first, last, detail }.into());
        }
        let header = Header::new(store.log_id(), is_sealed, (first, last), cut, (previous_hash, last_hash));
        let mut text = Vec::with_capacity(lines.len() + 512);
        bundle::write_header(&header, &mut text).map_err(|error| unwritten((first, last), &error))?;
        text.extend_from_slice(&lines);
        Ok(String::from_utf8(text).expect("a bundle is written as UTF-8"))
    }
}

fn line(frame: &Frame<'_>, hash: &[u8; 32], lines: &mut Vec<u8>) -> Result<(), ReadError> {
    let place = (frame.position(), frame.position());
    bundle::write_event(frame, hash, lines).map_err(|error| unwritten(place, &error))
}

/// What has no spelling was never recorded by a log that is whole.
fn unwritten((first, last): (u64, u64), error: &std::io::Error) -> ReadError {
    Damage::Envelope { first, last, detail: error.to_string() }.into()
}

/// Whether a payload is told otherwise than it was recorded, since an address in it opens something. One that can't be read
/// is not told at all.
fn opens_something(payload: &[u8]) -> bool {
    match codec::to_json(payload) {
        Ok(value) => told(value.clone()) != value,
        Err(_) => true,
    }
}
