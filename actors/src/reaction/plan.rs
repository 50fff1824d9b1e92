use std::{fmt, sync::Arc};

use mediary_events::{Concern, codec};
use mediary_log::{
    Recorded,
    gate::{Gate, Refusal, Transaction},
};

/// One kind of event that leads to another concern's commands.
pub trait Reaction: Send + Sync + 'static {
    /// Its stored name; never renamed. Its stream, its commands and its origin follow from it.
    fn name(&self) -> &'static str;

    /// The full stored name of the event.
    fn event(&self) -> &'static str;

    /// What follows from the event, in an order that depends on nothing but the log up to the event.
    ///
    /// Runs on a thread for blocking work; may read, with [`Gate::state_at`], what was known at the event.
    fn plan(&self, gate: &Gate, cause: &Recorded) -> Result<Vec<Step>, Refusal>;
}

/// One thing that follows from an event: a part of a story. What it is refused by its concern is an ordinary
/// answer, which it has to swallow; any other refusal is a trouble of the whole cause.
#[derive(Clone)]
pub struct Step(Arc<Tell>);

/// Tells a part of a story.
type Tell = dyn Fn(&mut Transaction<'_>) -> Result<(), Refusal> + Send + Sync;

impl Step {
    /// A step that is told by a function, maybe several times.
    pub fn new(tell: impl Fn(&mut Transaction<'_>) -> Result<(), Refusal> + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(super) fn tell(&self, story: &mut Transaction<'_>) -> Result<(), Refusal> {
        (self.0)(story)
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Step")
    }
}

/// The cause as an event of its concern; none if it was erased. One that this program can't read is refused,
/// so that it waits for one that can.
pub fn decode<C: Concern>(cause: &Recorded) -> Result<Option<C::Event>, Refusal> {
    let Some(payload) = &cause.payload else { return Ok(None) };
    let envelope = &cause.envelope;
    codec::decode::<C>(&envelope.name, envelope.schema, payload)
        .map(Some)
        .map_err(|error| Refusal::Decode(Arc::new(error)))
}
