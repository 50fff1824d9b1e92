use mediary_schema::{SecretId, account::Permission};

use super::{Command, Event, State};
use crate::{
    Concern, EventKind, Subjects,
    name::{NAME_CHARS_MAX, is_name},
};

/// The kernel part `secret`.
#[derive(Debug)]
pub struct Secret;

/// Why a command on a secret is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The name can't be told from an id, or is none.
    #[error(
        "a secret's name has 1 to {NAME_CHARS_MAX} characters, no control characters, no space at its ends, \
         and does not begin like an id"
    )]
    BadName,
    /// There is no such secret.
    #[error("there is no such secret")]
    NotFound,
    /// The command came without a value, which it can't carry.
    #[error("a secret is set together with its value, which this way does not carry")]
    NoValue,
    /// The command came by a way that doesn't reach the vault.
    #[error("keys are wrapped anew by the server itself, which this way does not ask")]
    NoVault,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::BadName => "SECRET_BAD_NAME",
            Self::NotFound => "SECRET_NOT_FOUND",
            Self::NoValue => "SECRET_NO_VALUE",
            Self::NoVault => "SECRET_NO_VAULT",
        }
    }

    fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::BadName => "choose another name",
            Self::NotFound => "`mediary secret list` shows those that there are",
            Self::NoValue => "`mediary secret set NAME --stdin` sends it",
            Self::NoVault => "`mediary secret rotate` does",
        };
        Some(advice.to_owned())
    }
}

impl Concern for Secret {
    const NAME: &'static str = "secret";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("set", 1, 0).says("From now on this value counts."),
        EventKind::new("deleted", 1, 0).says("Its key is destroyed, and with it whatever was sealed by it."),
        EventKind::new("rotated", 1, 0).says("All data keys are wrapped by another master key."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Set { .. } | Command::Delete => Permission::SECRET,
            Command::Rotate { .. } => Permission::ADMINISTER,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match (command, &state.kept) {
            (Command::Set { name, .. }, _) if !is_name(&name, SecretId::KIND) => Err(Rejection::BadName),
            (Command::Set { sealed_id, .. }, Some(kept)) if kept.sealed_id == sealed_id => Ok(vec![]),
            (Command::Set { name, sealed_id, .. }, Some(kept)) => {
                Ok(vec![Event::Set { name, data_key_id: kept.data_key_id, sealed_id }])
            }
            (Command::Set { name, data_key_id, sealed_id }, None) => {
                Ok(vec![Event::Set { name, data_key_id, sealed_id }])
            }
            (Command::Delete, Some(kept)) => Ok(vec![Event::Deleted { data_key_id: kept.data_key_id }]),
            (Command::Delete, None) => Err(Rejection::NotFound),
            (Command::Rotate { master_key_id }, _) if state.master_key_id == Some(master_key_id) => {
                Ok(vec![])
            }
            (Command::Rotate { master_key_id }, _) => Ok(vec![Event::Rotated { master_key_id }]),
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Set { .. } | Event::Deleted { .. } | Event::Rotated { .. } => Subjects::none(),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    // Only its name is a word of people; by the rest the vault knows what it may destroy.
    fn redact(event: &Event) -> Option<Event> {
        Some(match event {
            Event::Set { data_key_id, sealed_id, .. } => {
                Event::Set { name: String::new(), data_key_id: *data_key_id, sealed_id: *sealed_id }
            }
            Event::Deleted { .. } | Event::Rotated { .. } => event.clone(),
        })
    }
}
