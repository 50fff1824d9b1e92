//! What follows by itself from what is recorded: the pure part, which actor and dry run share.

use std::{fmt, ops::Range, sync::Arc};

use mediary_events::{
    Concern, Origin, OriginKind, codec,
    reaction::{Command, Reaction as Place},
};
use mediary_schema::{ReactionId, reaction::Trouble};

use super::{Caller, Gate, Refusal, Transaction};
use crate::log::Recorded;

/// One kind of event that leads to another concern's commands.
pub trait Reaction: Send + Sync + 'static {
    /// Its stored name; never renamed. Its stream, its commands and its origin follow from it.
    fn name(&self) -> &'static str;

    /// The full stored names of its events; the name of a concern stands for all of it.
    fn events(&self) -> Vec<&'static str>;

    /// Whether one of them is a cause at all, which depends on nothing but the log up to it. What is none leaves no record, so
    /// that whoever hears of many events and reacts to few writes of few. Runs as [`Self::plan`] does.
    fn is_cause(&self, gate: &Gate, cause: &Recorded) -> bool {
        let _ = (gate, cause);
        true
    }

    /// What follows from the event, in an order that depends on nothing but the log up to the event.
    ///
    /// Runs on a thread for blocking work; may read, with [`Gate::state_at`], what was known at the event, and
    /// nothing else: the event may be one that a dry run only thinks of.
    fn plan(&self, gate: &Gate, cause: &Recorded) -> Result<Vec<Step>, Refusal>;
}

impl fmt::Debug for dyn Reaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Reaction({})", self.name())
    }
}

/// One thing that follows from an event: a part of a story. What it is refused by its concern is an ordinary
/// answer, which it has to swallow; any other refusal is a trouble of the whole cause.
#[derive(Clone)]
pub struct Step(Arc<Tell>);

/// Tells a part of a story.
type Tell = dyn Fn(&mut Transaction<'_>) -> Result<(), Refusal> + Send + Sync;

impl Step {
    /// Steps of one append: few enough that others get their turn, many enough to share an fsync.
    pub const AT_ONCE_MAX: usize = 32;

    /// A step that is told by a function, maybe several times.
    pub fn new(tell: impl Fn(&mut Transaction<'_>) -> Result<(), Refusal> + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// Tells its part of a story.
    pub(super) fn tell(&self, story: &mut Transaction<'_>) -> Result<(), Refusal> {
        (self.0)(story)
    }

    /// The story of some steps of a cause, together with the record of how far the cause is.
    pub fn story(
        reaction: ReactionId,
        cause: &Recorded,
        steps: Arc<[Self]>,
        now: Range<usize>,
    ) -> impl Fn(&mut Transaction<'_>) -> Result<(), Refusal> + Send + 'static {
        let (cause, position, uuid) = (cause.envelope.id, cause.position(), reaction.uuid());
        let (done, count, is_last) = (now.start as u32, now.len() as u32, now.end == steps.len());
        move |story| {
            let place = if is_last {
                Command::Handle { cause, position, done, steps: count }
            } else {
                Command::Advance { cause, position, done, steps: count }
            };
            story.entail::<Place>(uuid, place)?;
            steps[now.clone()].iter().try_for_each(|step| step.tell(story))
        }
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Step")
    }
}

impl Caller {
    /// A reaction to a cause: the story and the person of the cause go on; the origin is the reaction.
    pub fn reaction(gate: &Gate, reaction: &dyn Reaction, cause: &Recorded, step: &str) -> Self {
        let origin = Origin { kind: OriginKind::Reaction, id: ReactionId::from_name(reaction.name()).uuid() };
        let step = format!("{}/{step}", reaction.name());
        Self::because_of(&gate.identities(), cause, origin, &step)
    }
}

/// What keeps a cause from being handled, for the record.
pub fn trouble(place: &str, refusal: &Refusal) -> Trouble {
    let detail = Chain(refusal).to_string();
    let code = if matches!(refusal, Refusal::Decode(_)) { "EVENT_UNREADABLE" } else { refusal.code() };
    let place = if matches!(refusal, Refusal::Decode(_)) { "read" } else { place };
    Trouble::new(code, place, &detail)
}

/// An error with its sources.
struct Chain<'a>(&'a dyn std::error::Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(formatter, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

/// The cause as the events of its concern that it is by now; none if it was erased.
///
/// One that this program can't read is refused, so that it waits for one that can.
pub fn decode<C: Concern>(cause: &Recorded) -> Result<Vec<C::Event>, Refusal> {
    let Some(payload) = &cause.payload else { return Ok(Vec::new()) };
    let envelope = &cause.envelope;
    let events = codec::decode::<C>(&envelope.name, envelope.schema, payload);
    Ok(events.map_err(Refusal::decoding)?.into_iter().collect())
}
