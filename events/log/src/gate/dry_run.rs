use std::sync::Arc;

use mediary_events::{
    Concern as _, OriginKind, codec,
    job::{Event as JobEvent, Job},
    reaction::{Command, Reaction as Place},
    told,
};
use mediary_schema::{ReactionId, schedule::ScheduledCommand};
use serde::Serialize;
use serde_json::Value;

use super::{
    Caller, Effects, Fanout, Gate, Reaction, Refusal, Step, handle::NOW, reaction::trouble, scratch::Scratch,
};
use crate::log::{Filter, Recorded};

/// Events that a dry run tells one by one.
const EVENTS_TOLD: usize = 1_000;
/// Events after which a dry run thinks no further: some 30 MB, more than three events for each of 10,000 items.
const EVENTS_MAX: usize = 40_000;

/// What a command would do, if it were carried out now. None of it was done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DryRun {
    /// The command as data, in the form in which schedules and NATS take it; none if that could not be told without what
    /// opens something, such as an address with a key.
    pub command: Option<ScheduledCommand>,
    /// The events that would be recorded, in their order: those of the command, then those of what reacts to
    /// them. The first thousand.
    pub events: Vec<DryEvent>,
    /// How many there are.
    pub event_count: u64,
    /// Whether that is all; a dry run of very much stops counting.
    pub is_whole: bool,
    /// What would begin and end in the world.
    pub effects: Effects,
}

/// An event that would be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DryEvent {
    /// The full stored name: `playlist.follow_requested`.
    pub kind: String,
    /// The stream. What is new has the id that it would have, but for what follows from an event: ids of
    /// events are drawn when they are recorded.
    pub stream: String,
    /// The reaction that records it; none if the command does.
    pub reaction: Option<&'static str>,
    /// What it says; none if the asker may not read that.
    pub payload: Option<Value>,
}

impl Gate {
    /// What stands on the scratch paper of this gate after a command: reactions follow, and all of it is told.
    pub(super) fn dry_run(&self, caller: &Caller, scratch: &Scratch) -> Result<DryRun, Refusal> {
        let is_whole = self.follow(scratch)?;
        let mut dry_run = DryRun { event_count: scratch.len() as u64, is_whole, ..DryRun::default() };
        for place in 0..scratch.len() {
            let Some(event) = scratch.event(place) else { break };
            self.add_effects(&mut dry_run.effects, &event)?;
            if place < EVENTS_TOLD {
                dry_run.events.push(self.dry_event(caller, &event));
            }
        }
        Ok(dry_run)
    }

    /// Lets every reaction react to all that is noted, what they add included. Answers whether they came to an end.
    fn follow(&self, scratch: &Scratch) -> Result<bool, Refusal> {
        let heard: Vec<_> =
            self.reactions.iter().map(|reaction| (Filter::kinds(reaction.events()), reaction)).collect();
        let mut place = 0;
        while let Some(cause) = scratch.event(place) {
            if scratch.len() > EVENTS_MAX {
                return Ok(false);
            }
            let hear = |(filter, reaction): &&(Filter, &Arc<dyn Reaction>)| {
                filter.matches(&cause) && reaction.is_cause(self, &cause)
            };
            for (_, reaction) in heard.iter().filter(hear) {
                if !self.react(reaction.as_ref(), &cause, scratch)? {
                    return Ok(false);
                }
            }
            place += 1;
        }
        Ok(true)
    }

    /// What a reactor does when it meets a cause for the first time. Answers whether all of it is noted.
    fn react(&self, reaction: &dyn Reaction, cause: &Recorded, scratch: &Scratch) -> Result<bool, Refusal> {
        let id = ReactionId::from_name(reaction.name());
        let (_, folded) = self.fold::<Place>(&Place::stream(id.uuid()), NOW)?;
        let place = folded.state::<Place>();
        if place.name.is_none() {
            // It begins where it is enabled, which is at the start of the server.
            return Ok(true);
        }
        let (cause_id, position) = (cause.envelope.id, cause.position());
        let stream = cause.envelope.stream.to_string();
        let record = |command: Command| {
            let caller = Caller::reaction(self, reaction, cause, "record");
            let story =
                |story: &mut super::Transaction<'_>| story.entail::<Place>(id.uuid(), command.clone());
            self.transact_blocking(&caller, &story).map(|_| true)
        };
        if place.holds(&stream) {
            return record(Command::Defer { cause: cause_id, position, stream });
        }
        let steps: Arc<[Step]> = match reaction.plan(self, cause) {
            Ok(steps) => steps.into(),
            Err(refusal) if refusal.is_retryable() => return Err(refusal),
            Err(refusal) => {
                let trouble = trouble("plan", &refusal);
                return record(Command::Park { cause: cause_id, position, stream, trouble });
            }
        };
        let mut done = 0;
        loop {
            let until = (done + Step::AT_ONCE_MAX).min(steps.len());
            let caller = Caller::reaction(self, reaction, cause, &done.to_string());
            let story = Step::story(id, cause, Arc::clone(&steps), done..until);
            match self.transact_blocking(&caller, &story) {
                Ok(_) if until == steps.len() => return Ok(true),
                Ok(_) if scratch.len() > EVENTS_MAX => return Ok(false),
                Ok(_) => done = until,
                Err(refusal) if refusal.is_retryable() => return Err(refusal),
                Err(refusal) => {
                    let trouble = trouble("record", &refusal);
                    return record(Command::Park { cause: cause_id, position, stream, trouble });
                }
            }
        }
    }

    fn add_effects(&self, effects: &mut Effects, event: &Recorded) -> Result<(), Refusal> {
        for event in codec::events_of::<Job>(event).map_err(Refusal::decoding)? {
            if let JobEvent::Queued { work, .. } = &event {
                effects.jobs += 1;
                if let Some(kind) = self.registry().work(work.kind) {
                    (kind.effects)(work, effects);
                }
            }
            let ends = matches!(event, JobEvent::Cancelled { .. } | JobEvent::CancelRequested { .. });
            effects.ended_jobs += u64::from(ends);
        }
        Ok(())
    }

    fn dry_event(&self, caller: &Caller, event: &Recorded) -> DryEvent {
        let envelope = &event.envelope;
        let entry = self.registry().entry(&envelope.stream.category);
        let may_read = entry.is_some_and(|entry| {
            let goes_out = caller.origin.kind != OriginKind::Nats || entry.fanout == Fanout::Whole;
            goes_out && caller.authority.allows_in(caller.project, entry.read)
        });
        let payload = if may_read { event.payload_json().ok().flatten().map(told) } else { None };
        let by = (envelope.origin.kind == OriginKind::Reaction).then_some(envelope.origin.id);
        let reaction = self
            .reactions
            .iter()
            .map(|reaction| reaction.name())
            .find(|name| Some(ReactionId::from_name(name).uuid()) == by);
        DryEvent { kind: envelope.kind(), stream: envelope.stream.to_string(), reaction, payload }
    }
}
