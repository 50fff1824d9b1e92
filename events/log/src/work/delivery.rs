//! Stories of deliveries: queued with the notice, begun before they are sent, ended after.

use mediary_events::{
    Asked as _, Concern as _, codec,
    delivery::{Ask, Command, Delivery, ask::Retry},
    notification::Notification,
};
use mediary_schema::{
    DeliveryId,
    account::Permission,
    delivery::Message,
    job::Failure,
    notification::{Channel, Severity},
};
use serde::Serialize;

use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Deliveries, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Delivery::NAME,
    events: Delivery::EVENTS,
    retired: Delivery::RETIRED,
    redact: codec::redacted::<Delivery>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

/// What a command on deliveries answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The deliveries.
    pub delivery_ids: Vec<DeliveryId>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let now = story.now();
        match self {
            Self::Retry(Retry { delivery_ids }) => {
                for id in delivery_ids {
                    story.execute::<Delivery>(id.uuid(), Command::Retry { now })?;
                }
                Ok(Told { delivery_ids: delivery_ids.as_slice().to_vec() })
            }
        }
    }
}

/// What became of something that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The channel has taken it.
    Taken,
    /// It surely was not taken.
    Refused(Failure),
    /// Nobody knows.
    Unsure(String),
}

/// Has something sent, once it is not quiet there; what is urgent doesn't wait for that. Of a channel that is paused it is recorded as
/// skipped, so that nobody gets all of it at once when it goes on.
pub(super) fn queue(
    story: &mut Transaction<'_>,
    id: DeliveryId,
    name: String,
    channel: &Channel,
    message: Message,
) -> Result<(), Refusal> {
    let now = story.now();
    let quiet = channel.quiet.as_ref().filter(|_| message.severity < Severity::Urgent);
    let at = quiet.and_then(|quiet| quiet.until(now)).unwrap_or(now);
    let is_skipped = is_paused(story, &name)? && story.state::<Delivery>(id.uuid())?.state.is_none();
    story.entail::<Delivery>(id.uuid(), Command::Queue { channel: name, message, at })?;
    if is_skipped { story.entail::<Delivery>(id.uuid(), Command::Skip) } else { Ok(()) }
}

/// It is about to be sent: recorded before it is. Answers whether it is to be: what waited for its moment until its channel was paused
/// is skipped.
pub fn begin(story: &mut Transaction<'_>, id: DeliveryId) -> Result<bool, Refusal> {
    let channel = story.state::<Delivery>(id.uuid())?.channel.clone();
    if is_paused(story, &channel)? {
        story.entail::<Delivery>(id.uuid(), Command::Skip)?;
        return Ok(false);
    }
    story.entail::<Delivery>(id.uuid(), Command::Begin)?;
    Ok(true)
}

/// Whether nothing is sent to a channel for now.
fn is_paused(story: &mut Transaction<'_>, channel: &str) -> Result<bool, Refusal> {
    let project = story.caller().project;
    Ok(story.state::<Notification>(project.uuid())?.paused.contains(channel))
}

/// What became of it: recorded after.
pub fn end(story: &mut Transaction<'_>, id: DeliveryId, outcome: &Outcome, dice: u32) -> Result<(), Refusal> {
    story.essential();
    let command = match outcome.clone() {
        Outcome::Taken => Command::Complete,
        Outcome::Refused(failure) => Command::Fail { failure, now: story.now(), dice },
        Outcome::Unsure(reason) => Command::Doubt { reason },
    };
    story.entail::<Delivery>(id.uuid(), command)
}
