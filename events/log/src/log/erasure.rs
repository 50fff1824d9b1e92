//! Erasing: an event says it, and the writer does it in the transaction that records the event.
//!
//! What is gone is salt and payload; envelope and digest stay, so the chain holds. Folds take what stands in for the
//! payload from the event that erased it.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use mediary_events::{
    Concern as _, Recorded, Schema, StreamId, codec,
    log::{Event, Logs},
};
use mediary_schema::DataKeyId;
use uuid::Uuid;

use super::{
    append::NewEvent,
    error::ReadError,
    frame::{self, Body, Frame},
    index::Lookup,
    read::Direction,
};

/// Events of the log's own stream that are read at once.
const PAGE: usize = 512;

/// The positions that an event erases; none for every other event.
pub(super) fn positions(category: &str, name: &str, schema: Schema, payload: &[u8]) -> Vec<u64> {
    match of(category, name, schema, payload) {
        Some(Event::Erased { positions, .. }) => positions,
        Some(Event::Opened { .. } | Event::Shredded { .. }) | None => Vec::new(),
    }
}

/// The positions that a stored event erases.
pub(super) fn positions_of(frame: &Frame<'_>) -> Vec<u64> {
    match frame.body() {
        Body::Inline { payload, .. } => positions(frame.category(), frame.name(), frame.schema(), payload),
        Body::Erased => Vec::new(),
    }
}

/// The event, if it is one that erases or shreds and can be read.
pub(super) fn of(category: &str, name: &str, schema: Schema, payload: &[u8]) -> Option<Event> {
    let is_it = category == Logs::NAME && Event::ERASING.contains(&name);
    is_it.then(|| codec::decode::<Logs>(name, schema, payload).ok()?.pop()).flatten()
}

/// The positions that an event is going to erase.
pub(super) fn asked(event: &NewEvent) -> Vec<u64> {
    positions(&event.stream.category, &event.name, event.schema, &event.payload)
}

/// The keys that an event is going to destroy.
pub(super) fn shredded(event: &NewEvent) -> Vec<DataKeyId> {
    match of(&event.stream.category, &event.name, event.schema, &event.payload) {
        Some(Event::Shredded { data_key_ids, .. }) => data_key_ids,
        Some(Event::Opened { .. } | Event::Erased { .. }) | None => Vec::new(),
    }
}

/// The frame of an event without its salt and payload.
pub(super) fn without_payload(frame: &Frame<'_>) -> Vec<u8> {
    let mut bytes = frame.envelope_bytes().to_vec();
    frame::encode_rest(frame.digest(), Body::Erased, &mut bytes);
    bytes
}

/// What was erased, and what stands in for it.
#[derive(Debug, Default)]
pub(super) struct Erasures {
    known: RwLock<Known>,
    /// Whether something was erased since the log was opened.
    is_fresh: AtomicBool,
}

#[derive(Debug, Default)]
struct Known {
    replacements: BTreeMap<u64, Bytes>,
    /// The position of each erasing event with the first that it erased.
    events: BTreeMap<u64, u64>,
    positions: BTreeSet<u64>,
    /// The keys that were destroyed.
    shredded: HashSet<DataKeyId>,
}

impl Erasures {
    /// Reads what was erased so far.
    pub(super) fn load(&self, log_id: Uuid, lookup: Lookup<'_>) -> Result<(), ReadError> {
        let stream: StreamId = Logs::stream(log_id);
        let mut version = 1;
        loop {
            let page = lookup.stream(u64::MAX, &stream, version, Direction::Forward, PAGE)?;
            for recorded in &page {
                self.keep(recorded);
                version = recorded.envelope.version + 1;
            }
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }

    /// Notes that something was erased since the log was opened.
    pub(super) fn freshen(&self) {
        self.is_fresh.store(true, Ordering::SeqCst);
    }

    /// Takes in what an event erases, if it does; answers whether. Before the event is on the disk, so that nobody finds
    /// an event without a payload and without what stands in for it.
    pub(super) fn keep(&self, recorded: &Recorded) -> bool {
        if !Event::is_erasing(&recorded.envelope) {
            return false;
        }
        let (envelope, payload) = (&recorded.envelope, recorded.payload.as_deref().unwrap_or_default());
        let event = of(&envelope.stream.category, &envelope.name, envelope.schema, payload);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let (positions, replacements) = match event {
            Some(Event::Erased { positions, replacements, .. }) => (positions, replacements),
            Some(Event::Shredded { data_key_ids, .. }) => {
                // What it is sealed by may stand anywhere before.
                known.events.insert(envelope.position, 1);
                known.shredded.extend(data_key_ids);
                return true;
            }
            Some(Event::Opened { .. }) | None => return false,
        };
        if let Some(first) = positions.iter().min() {
            known.events.insert(envelope.position, *first);
        }
        known.positions.extend(positions);
        for replacement in replacements {
            if let Ok(payload) = rmp_serde::to_vec_named(&replacement.payload) {
                known.replacements.insert(replacement.position, payload.into());
            }
        }
        true
    }

    /// Gives events without a payload what stands in for it.
    pub(super) fn fill(&self, events: &mut [Recorded]) {
        for event in events.iter_mut().filter(|event| event.payload.is_none()) {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(replacement) = known.replacements.get(&event.envelope.position) {
                event.replacement = Some(replacement.clone());
            }
        }
    }

    /// Whether an event says that the payload at a position was erased.
    pub(super) fn name(&self, position: u64) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).positions.contains(&position)
    }

    /// Whether a key was destroyed.
    pub(super) fn is_shredded(&self, key: DataKeyId) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).shredded.contains(&key)
    }

    /// Every key that was destroyed.
    pub(super) fn shredded(&self) -> Vec<DataKeyId> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).shredded.iter().copied().collect()
    }

    /// Whether what was made of the events up to a position may say what was erased later.
    pub(super) fn reach_into(&self, position: u64) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.events.range(position + 1..).any(|(_, first)| *first <= position)
    }

    /// Whether something was erased since the log was opened: then folds in memory may still say it.
    pub(super) fn is_fresh(&self) -> bool {
        self.is_fresh.load(Ordering::SeqCst)
    }
}
