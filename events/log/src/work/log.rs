//! Stories of the log itself: what was said is erased, and what belongs to a person is shredded.

use std::sync::Arc;

use mediary_events::{
    Asked as _, Concern as _, Recorded,
    codec::{self, DecodeError},
    log::{
        Ask, Command, ERASED_AT_ONCE_MAX, Logs, Rejection, Replacement,
        ask::{Erase, Shred},
    },
};
use mediary_schema::account::Permission;
use serde::Serialize;
use serde_json::Value;

use super::REGISTRY;
use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// The log, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Logs::NAME,
    events: Logs::EVENTS,
    retired: Logs::RETIRED,
    redact: codec::redacted::<Logs>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::AUDIT,
    fanout: Fanout::EnvelopeOnly,
    work: &[],
};

/// What a command on the log answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The events that say nothing any more.
    pub positions: Vec<u64>,
    /// Those of them that something stands in for, so that whatever is made of the log still knows of them.
    pub replaced: Vec<u64>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        // On a full disk, too: it is the law's business.
        story.essential();
        match self {
            Self::Erase(erase) => tell_erase(erase, story),
            Self::Shred(Shred { principal_id, reason }) => {
                let (principal_id, reason) = (*principal_id, reason.clone());
                let data_key_ids = story.person_keys().ids_of(principal_id)?;
                story
                    .execute::<Logs>(story.log_id(), Command::Shred { principal_id, data_key_ids, reason })?;
                Ok(Told::default())
            }
        }
    }
}

fn tell_erase(Erase { positions, reason }: &Erase, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
    let mut replacements = Vec::new();
    for position in positions.iter().take(ERASED_AT_ONCE_MAX) {
        let position = *position;
        let recorded = story.event(position)?.ok_or(Rejection::NoEvent { position })?;
        if recorded.envelope.stream.category == Logs::NAME {
            return Err(Rejection::OfTheLog { position }.into());
        }
        let payload = redacted(&recorded).map_err(|error| Refusal::Decode(Arc::new(error)))?;
        replacements.extend(payload.map(|payload| Replacement { position, payload }));
    }
    let replaced = replacements.iter().map(|replacement| replacement.position).collect();
    let command = Command::Erase { positions: positions.clone(), reason: reason.clone(), replacements };
    story.execute::<Logs>(story.log_id(), command)?;
    Ok(Told { positions: positions.clone(), replaced })
}

/// What the event's concern gives to stand in for it.
fn redacted(recorded: &Recorded) -> Result<Option<Value>, DecodeError> {
    let entry = REGISTRY.entry(&recorded.envelope.stream.category);
    entry.map_or(Ok(None), |entry| (entry.redact)(recorded))
}
