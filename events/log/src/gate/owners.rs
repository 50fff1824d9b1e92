use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use mediary_schema::ProjectId;

use crate::log::{Direction, Log, ReadError, StreamId};

/// Streams whose project is remembered: some 100 bytes each.
const KNOWN_MAX: usize = 20_000;

/// Whose streams are: the project of the first event, for ever.
#[derive(Debug, Default)]
pub(super) struct Owners {
    known: Mutex<HashMap<StreamId, ProjectId>>,
}

impl Owners {
    /// The project of a stream; none if nothing is in it yet.
    pub(super) fn of(&self, log: &Log, stream: &StreamId) -> Result<Option<ProjectId>, ReadError> {
        if let Some(project) = self.lock().get(stream) {
            return Ok(Some(*project));
        }
        let first = log.read_stream(stream, 1, Direction::Forward, 1)?;
        let Some(project) = first.first().map(|event| event.envelope.project) else { return Ok(None) };
        let mut known = self.lock();
        // What is forgotten is one read away.
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(stream.clone(), project);
        Ok(Some(project))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<StreamId, ProjectId>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
