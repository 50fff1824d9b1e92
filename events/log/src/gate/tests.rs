//! The gate before a real log.

mod appending;
mod dry_running;
mod entering;
mod folding;
mod keeping;
mod naming;
mod refusing;
mod remembering;
mod repeating;

use mediary_events::testing::note::{Command, Note};
use mediary_schema::account::Role;
use uuid::Uuid;

use super::{Caller, Refusal, Transaction};

/// Things of tests are numbered.
const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A person who may do everything that a person may.
fn owner(command: u128) -> Caller {
    crate::testing::person(Role::Owner, command)
}

/// Writes into a note.
fn write(story: &mut Transaction<'_>, note: u128, text: &str) -> Result<(), Refusal> {
    story.execute::<Note>(id(note), Command::Write { text: text.to_owned() })
}

/// What a note says.
fn texts(story: &mut Transaction<'_>, note: u128) -> Result<Vec<String>, Refusal> {
    Ok(story.state::<Note>(id(note))?.texts.clone())
}
