//! What becomes of a told story: one append, unless somebody else was faster.

use std::sync::Arc;

use mediary_events::{
    Concern as _,
    command::{self, Commands},
    log::Logs,
};

use super::Transaction;
use crate::gate::{Authority, Refusal, handle::Terms, only_if};
use crate::log::{Append, AppendError, AppendHeader, Expected, OnlyIf, StreamId};

/// What came of what a story added.
pub(in crate::gate) enum Commit {
    /// It is in the log, or there was nothing to add.
    Done {
        /// The position that shows it.
        position: u64,
    },
    /// The story must be told anew.
    Overtaken(Overtaken),
}

/// Somebody else was faster: at which stream, where it was one.
pub(in crate::gate) struct Overtaken {
    pub(in crate::gate) at: Option<StreamId>,
}

impl Transaction<'_> {
    /// Appends what the story added.
    pub(in crate::gate) fn commit(
        mut self,
        terms: &Terms,
        only_if: Option<OnlyIf>,
    ) -> Result<Commit, Refusal> {
        if self.events.is_empty() && self.caller.is_remembered() {
            let uuid = self.caller.command_id.uuid();
            self.entail::<Commands>(uuid, command::Command::Accept)?;
        }
        if self.events.is_empty() {
            if let Some(overtaken) = self.moved()? {
                self.keep_unchanged();
                return Ok(Commit::Overtaken(overtaken));
            }
            let position = self.gate.head();
            self.keep_unchanged();
            return Ok(Commit::Done { position });
        }
        let expected = self
            .streams
            .iter()
            .map(|(stream, loaded)| {
                let expected =
                    if loaded.version == 0 { Expected::NoStream } else { Expected::Exact(loaded.version) };
                (stream.clone(), expected)
            })
            .collect();
        let erases = self.events.iter().any(|event| event.stream.category == Logs::NAME);
        let only_if = only_if.into_iter().chain(std::mem::take(&mut self.boundaries)).collect();
        let append = Append {
            header: AppendHeader { command: terms.tag(), ..self.header() },
            urgency: self.urgency,
            expected,
            only_if,
            events: std::mem::take(&mut self.events),
        };
        match self.gate.append(append) {
            Ok(appended) if appended.repeated => Ok(Commit::Overtaken(Overtaken { at: None })),
            Ok(appended) if erases => {
                // Folds in memory may still say what was erased.
                self.gate.states.clear();
                Ok(Commit::Done { position: appended.last_position })
            }
            Ok(appended) => {
                for (stream, loaded) in self.streams.into_iter().filter(|(_, loaded)| !loaded.is_strange) {
                    self.gate.states.put(
                        self.generation,
                        stream,
                        loaded.version + loaded.added,
                        loaded.folded,
                    );
                }
                Ok(Commit::Done { position: appended.last_position })
            }
            // What moved is looked at anew, and named with all that moved with it.
            Err(AppendError::Conflict { stream, .. }) => {
                Ok(Commit::Overtaken(Overtaken { at: Some(stream) }))
            }
            Err(AppendError::Moved { .. }) => Ok(Commit::Overtaken(Overtaken { at: None })),
            Err(error) => Err(refusal(error)),
        }
    }

    /// A stream that moved since the story read it, where that matters: an append is refused for it, an answer without
    /// events would rest on a state that never was.
    ///
    /// Versions only grow: if all streams are where they were read, they were there together after the last was.
    pub(in crate::gate) fn moved(&self) -> Result<Option<Overtaken>, Refusal> {
        let is_of_one_moment = self.streams.len() + self.boundaries.len() < 2
            || self.gate.scratch.is_some()
            || self.is_repeated();
        if is_of_one_moment {
            return Ok(None);
        }
        for (stream, loaded) in &self.streams {
            if self.gate.log.stream_version(stream).map_err(Refusal::reading)? != loaded.version {
                return Ok(Some(Overtaken { at: Some(stream.clone()) }));
            }
        }
        for boundary in &self.boundaries {
            match only_if::look(&self.gate.log, boundary) {
                Ok(_) => {}
                Err(Refusal::Moved { .. }) => return Ok(Some(Overtaken { at: None })),
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(None)
    }

    /// Who tells the story. What the platform does by itself belongs to whoever owns the thing that it is done to.
    fn header(&self) -> AppendHeader {
        let header = self.caller.header();
        let is_by_itself = self.caller.authority == Authority::Platform && self.caller.causation_id.is_none();
        match self.project {
            Some(project) if is_by_itself => AppendHeader { project, ..header },
            Some(_) | None => header,
        }
    }

    /// Gives back the folds that the story read and did not change.
    pub(in crate::gate) fn keep_unchanged(self) {
        for (stream, loaded) in self.streams {
            if loaded.added == 0 && loaded.version > 0 && !loaded.is_strange {
                self.gate.states.put(self.generation, stream, loaded.version, loaded.folded);
            }
        }
    }
}

fn refusal(error: AppendError) -> Refusal {
    match error {
        AppendError::Overloaded { retry_after } => Refusal::Overloaded { retry_after },
        AppendError::StorageFull { free_bytes, needed_bytes } => {
            Refusal::StorageFull { free_bytes, needed_bytes }
        }
        AppendError::PayloadTooLarge { .. } => Refusal::TooLarge,
        AppendError::Broken(damage) => Refusal::Broken(damage),
        AppendError::Closed => Refusal::Stopping,
        AppendError::Unsealed(error) => error.into(),
        other => Refusal::Log(Arc::new(other)),
    }
}
