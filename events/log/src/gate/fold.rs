use mediary_events::{Concern, codec};
use mediary_schema::ProjectId;
use uuid::Uuid;

use super::{Gate, Refusal, handle::NOW};
use crate::log::{Direction, StreamId};

/// Events of a stream that are read at once while it is folded.
const FOLD_PAGE: usize = 1_024;

impl Gate {
    /// The state of one thing now.
    pub async fn state<C: Concern>(&self, uuid: Uuid) -> Result<C::State, Refusal> {
        self.inspect::<C, _>(uuid, C::State::clone).await
    }

    /// What a function finds in the state of one thing now; a large state is not copied for it.
    ///
    /// The function runs on a thread for blocking work.
    pub async fn inspect<C: Concern, T: Send + 'static>(
        &self,
        uuid: Uuid,
        look: impl FnOnce(&C::State) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let gate = self.clone();
        crate::spawn::blocking(move || {
            let stream = C::stream(uuid);
            let generation = gate.states.generation();
            let (version, state) = gate.fold::<C>(&stream, NOW)?;
            let found = look(&state);
            gate.states.put(generation, stream, version, Box::new(state));
            Ok(found)
        })
        .await
        .map_err(Refusal::unfinished)?
    }

    /// The state of one thing as of an event: what was recorded up to its position. For threads that may block.
    pub fn state_at<C: Concern>(&self, uuid: Uuid, position: u64) -> Result<C::State, Refusal> {
        Ok(self.fold::<C>(&C::stream(uuid), position.saturating_add(1))?.1)
    }

    /// Whose a stream is.
    pub(super) fn owner(&self, stream: &StreamId) -> Result<Option<ProjectId>, Refusal> {
        let noted = self.scratch.as_ref().and_then(|scratch| scratch.owner(stream));
        match noted {
            Some(project) => Ok(Some(project)),
            None => self.owners.of(&self.log, stream).map_err(Refusal::reading),
        }
    }

    /// Folds what a stream has before a position, with the version that it comes to.
    pub(super) fn fold<C: Concern>(
        &self,
        stream: &StreamId,
        before: u64,
    ) -> Result<(u64, C::State), Refusal> {
        let (mut version, mut state) = self.fold_log::<C>(stream, before)?;
        let scratch = self.scratch.as_ref();
        for recorded in scratch.map(|scratch| scratch.stream(stream, version)).unwrap_or_default() {
            if recorded.position() >= before {
                break;
            }
            for event in codec::decided_on::<C>(&recorded).map_err(Refusal::decoding)? {
                C::evolve(&mut state, &event);
            }
            version = recorded.envelope.version;
        }
        Ok((version, state))
    }

    /// The part of a fold that lies in the log, or that is kept of an earlier one.
    fn fold_log<C: Concern>(&self, stream: &StreamId, before: u64) -> Result<(u64, C::State), Refusal> {
        // What others record while a dry run thinks is not there for it.
        let end = self.scratch.as_ref().map_or(before, |scratch| before.min(scratch.base() + 1));
        let kept = if before == NOW { self.states.take::<C::State>(stream) } else { None };
        let (mut version, mut state) = kept.unwrap_or_default();
        loop {
            let page = self
                .log
                .read_stream(stream, version + 1, Direction::Forward, FOLD_PAGE)
                .map_err(Refusal::reading)?;
            for recorded in &page {
                if recorded.position() >= end {
                    return Ok((version, state));
                }
                for event in codec::decided_on::<C>(recorded).map_err(Refusal::decoding)? {
                    C::evolve(&mut state, &event);
                }
                version = recorded.envelope.version;
            }
            if page.len() < FOLD_PAGE {
                return Ok((version, state));
            }
        }
    }
}
