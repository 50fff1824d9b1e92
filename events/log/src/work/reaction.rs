//! Stories of reactions: what a person does about events that wait.

use mediary_events::{
    Asked as _, Concern as _, codec,
    reaction::{Ask, Command, Reaction, ask},
};
use mediary_schema::{ReactionId, account::Permission};
use serde::Serialize;

use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Reactions, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Reaction::NAME,
    events: Reaction::EVENTS,
    retired: Reaction::RETIRED,
    redact: codec::redacted::<Reaction>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

/// What a command on reactions answers: that it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        match self {
            Self::Retry(ask::Retry { reaction, event_ids }) => {
                let uuid = ReactionId::from_name(reaction).uuid();
                for cause in event_ids.iter().copied() {
                    story.execute::<Reaction>(uuid, Command::Retry { cause })?;
                }
            }
            Self::Skip(ask::Skip { reaction, event_id, reason }) => {
                let command = Command::Skip { cause: *event_id, reason: reason.clone() };
                story.execute::<Reaction>(ReactionId::from_name(reaction).uuid(), command)?;
            }
        }
        Ok(Told {})
    }
}
