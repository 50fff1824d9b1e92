use std::sync::Arc;

use mediary_events::{Concern, codec};
use mediary_schema::ProjectId;
use uuid::Uuid;

use super::{Gate, Refusal, handle::NOW, states::Folded};
use crate::log::{Direction, Recorded, StreamId};

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
            let (version, folded) = gate.fold::<C>(&stream, NOW)?;
            gate.states.put(generation, stream, version, folded.clone());
            Ok(look(folded.state::<C>()))
        })
        .await
        .map_err(Refusal::unfinished)?
    }

    /// The state of one thing as of an event: what was recorded up to its position. For threads that may block.
    pub fn state_at<C: Concern>(&self, uuid: Uuid, position: u64) -> Result<Arc<C::State>, Refusal> {
        Ok(self.fold::<C>(&C::stream(uuid), position.saturating_add(1))?.1.shared::<C>())
    }

    /// [`Self::state_at`] for whoever may not block.
    pub async fn state_as_of<C: Concern>(&self, uuid: Uuid, position: u64) -> Result<C::State, Refusal> {
        let gate = self.clone();
        let state = crate::spawn::blocking(move || gate.state_at::<C>(uuid, position)).await;
        Ok(Arc::unwrap_or_clone(state.map_err(Refusal::unfinished)??))
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
    pub(super) fn fold<C: Concern>(&self, stream: &StreamId, before: u64) -> Result<(u64, Folded), Refusal> {
        let (mut version, mut folded) = self.fold_log::<C>(stream, before)?;
        let scratch = self.scratch.as_ref();
        let noted = scratch.map(|scratch| scratch.stream(stream, version)).unwrap_or_default();
        let noted: Vec<_> = noted.into_iter().take_while(|event| event.position() < before).collect();
        self.fold_on::<C>(stream, &mut version, &mut folded, &noted)?;
        Ok((version, folded))
    }

    /// The part of a fold that lies in the log, or that is kept of an earlier one.
    fn fold_log<C: Concern>(&self, stream: &StreamId, before: u64) -> Result<(u64, Folded), Refusal> {
        // What others record while a dry run thinks is not there for it.
        let end = self.scratch.as_ref().map_or(before, |scratch| before.min(scratch.base() + 1));
        let kept = match self.states.find(stream) {
            Some((version, _)) if before != NOW && !self.lies_before(stream, version, end)? => None,
            kept => kept,
        };
        let (mut version, mut folded) = kept.unwrap_or_else(|| (0, Folded::of::<C>(C::State::default())));
        loop {
            let mut page = self
                .log
                .read_stream(stream, version + 1, Direction::Forward, FOLD_PAGE)
                .map_err(Refusal::reading)?;
            page.truncate(page.partition_point(|recorded| recorded.position() < end));
            self.fold_on::<C>(stream, &mut version, &mut folded, &page)?;
            if page.len() < FOLD_PAGE {
                return Ok((version, folded));
            }
        }
    }

    /// Whether a version of a stream was recorded before a position.
    fn lies_before(&self, stream: &StreamId, version: u64, position: u64) -> Result<bool, Refusal> {
        let found = self.log.read_stream(stream, version, Direction::Forward, 1).map_err(Refusal::reading)?;
        Ok(found.first().is_some_and(|recorded| recorded.position() < position))
    }

    /// Folds the next events of a stream on top of what it came to.
    fn fold_on<C: Concern>(
        &self,
        stream: &StreamId,
        version: &mut u64,
        folded: &mut Folded,
        events: &[Recorded],
    ) -> Result<(), Refusal> {
        let Some(last) = events.last() else { return Ok(()) };
        // Else it would be copied.
        self.states.release(stream, *version);
        metrics::counter!("mediary_folded_events_total").increment(events.len() as u64);
        let state = folded.state_mut::<C>();
        for recorded in events {
            for event in codec::decided_on::<C>(recorded).map_err(Refusal::decoding)? {
                C::evolve(state, &event);
            }
        }
        *version = last.envelope.version;
        Ok(())
    }
}
