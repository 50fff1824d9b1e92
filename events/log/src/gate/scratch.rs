use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use mediary_schema::{EventId, IdSource, ProjectId, Timestamp};

use crate::log::{Append, AppendError, Appended, Expected, Recorded, Stamp, StreamId, Subject};

/// Scratch paper behind the head of the log: what a dry run would append, as if it had.
pub(super) struct Scratch {
    /// The head of the log when the dry run began; nothing behind it is there for it.
    base: u64,
    epoch: u64,
    /// The ids of a dry run are nobody's: the source of the log is left alone.
    ids: IdSource,
    noted: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    events: Vec<Recorded>,
    /// Where the events of each stream are, in their order.
    streams: HashMap<StreamId, Vec<usize>>,
}

impl Scratch {
    pub(super) fn new(base: u64, epoch: u64) -> Self {
        Self { base, epoch, ids: IdSource::system(), noted: Mutex::default() }
    }

    /// The head of the log when the dry run began.
    pub(super) const fn base(&self) -> u64 {
        self.base
    }

    /// The position of the last event, noted or recorded.
    pub(super) fn head(&self) -> u64 {
        self.base + self.lock().events.len() as u64
    }

    pub(super) fn len(&self) -> usize {
        self.lock().events.len()
    }

    /// The event at a place, from 0.
    pub(super) fn event(&self, place: usize) -> Option<Recorded> {
        self.lock().events.get(place).cloned()
    }

    /// Whose a stream is that began here.
    pub(super) fn owner(&self, stream: &StreamId) -> Option<ProjectId> {
        let noted = self.lock();
        let first = &noted.events[*noted.streams.get(stream)?.first()?];
        (first.envelope.version == 1).then_some(first.envelope.project)
    }

    /// What is noted of a stream behind a version.
    pub(super) fn stream(&self, stream: &StreamId, version: u64) -> Vec<Recorded> {
        let noted = self.lock();
        let places = noted.streams.get(stream).into_iter().flatten();
        let events = places.map(|place| &noted.events[*place]);
        events.filter(|event| event.envelope.version > version).cloned().collect()
    }

    /// The streams of what is noted before a position and names a thing as a subject, an event each.
    pub(super) fn about(&self, thing: &Subject, before: u64) -> Vec<StreamId> {
        let noted = self.lock();
        let names = |event: &&Recorded| {
            event.position() < before && event.envelope.extensions.subjects.contains(thing)
        };
        noted.events.iter().filter(names).map(|event| event.envelope.stream.clone()).collect()
    }

    /// Notes what would be appended. Whatever the writer would refuse at once is refused here, too.
    pub(super) fn append(&self, append: Append, at: Timestamp) -> Result<Appended, AppendError> {
        append.check()?;
        let mut versions: HashMap<StreamId, u64> = append
            .expected
            .iter()
            .map(|(stream, expected)| match expected {
                Expected::Exact(version) => (stream.clone(), *version),
                Expected::Any | Expected::NoStream => (stream.clone(), 0),
            })
            .collect();
        let mut noted = self.lock();
        let first_position = self.base + noted.events.len() as u64 + 1;
        let append_len = append.events.len() as u32;
        for (append_index, event) in (0..append_len).zip(append.events) {
            let version = versions.entry(event.stream.clone()).or_default();
            *version += 1;
            let stamp = Stamp {
                position: first_position + u64::from(append_index),
                version: *version,
                id: EventId::from_uuid(self.ids.next()),
                at,
                epoch: self.epoch,
                append_index,
                append_len,
                // Nobody chains what is thrown away.
                digest: [0; 32],
            };
            let (envelope, payload) = append.header.envelope(event, stamp);
            let place = noted.events.len();
            noted.streams.entry(envelope.stream.clone()).or_default().push(place);
            noted.events.push(Recorded { envelope, payload: Some(payload), replacement: None });
        }
        let last_position = self.base + noted.events.len() as u64;
        let versions = versions.into_iter().collect();
        Ok(Appended { first_position, last_position, versions, repeated: false })
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Scratch({} events behind {})", self.len(), self.base)
    }
}
