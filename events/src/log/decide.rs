use std::collections::BTreeSet;

use mediary_schema::{DataKeyId, account::Permission};

use super::{Command, Event, Replacement, State};
use crate::{Concern, EventKind, Subjects};

/// The most events that one command erases: what stands in for them has to fit into one event.
pub const ERASED_AT_ONCE_MAX: usize = 200;
/// The longest reason.
pub const REASON_BYTES_MAX: usize = 1_000;

/// The kernel part `log`.
#[derive(Debug)]
pub struct Logs;

/// Why a command on the log is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no ground.
    #[error("a reason is wanted, of at most {REASON_BYTES_MAX} bytes")]
    NoReason,
    /// There is nothing to erase, or too much.
    #[error("between one and {ERASED_AT_ONCE_MAX} positions are wanted, not {positions}")]
    Number {
        /// How many were asked for.
        positions: usize,
    },
    /// No event is there.
    #[error("there is no event at {position}")]
    NoEvent {
        /// The position.
        position: u64,
    },
    /// What the log says of itself stays.
    #[error("event {position} is what the log says of itself, which can't be erased")]
    OfTheLog {
        /// The position.
        position: u64,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NoReason => "REASON_MISSING",
            Self::Number { .. } => "ERASE_OUT_OF_RANGE",
            Self::NoEvent { .. } => "EVENT_NOT_FOUND",
            Self::OfTheLog { .. } => "EVENT_NOT_ERASABLE",
        }
    }
}

impl Concern for Logs {
    const NAME: &'static str = "log";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("opened", 1, 0).says("A new epoch begins: this is its first event."),
        EventKind::new("erased", 1, 0).says("The payloads of events are gone, since this was recorded."),
        EventKind::new("shredded", 1, 0).says(
            "What belongs to a person is unreadable since this was recorded: the keys that sealed \
                 it are destroyed.",
        ),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Erase { .. } | Command::Shred { .. } => Permission::ADMINISTER,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match command {
            Command::Erase { positions, reason, replacements } => {
                erase(state, positions, ground(&reason)?, replacements)
            }
            Command::Shred { principal_id, data_key_ids, reason } => {
                let reason = ground(&reason)?;
                let is_new = |key: &DataKeyId| !state.shredded.contains(key);
                let data_key_ids: Vec<DataKeyId> = data_key_ids.into_iter().filter(is_new).collect();
                // Who has no key has nothing that is sealed.
                if data_key_ids.is_empty() {
                    return Ok(vec![]);
                }
                Ok(vec![Event::Shredded { principal_id, data_key_ids, reason }])
            }
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Opened { .. } | Event::Erased { .. } | Event::Shredded { .. } => Subjects::none(),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}

fn ground(reason: &str) -> Result<String, Rejection> {
    let reason = reason.trim();
    let is_one = !reason.is_empty() && reason.len() <= REASON_BYTES_MAX;
    if is_one { Ok(reason.to_owned()) } else { Err(Rejection::NoReason) }
}

fn erase(
    state: &State,
    positions: Vec<u64>,
    reason: String,
    replacements: Vec<Replacement>,
) -> Result<Vec<Event>, Rejection> {
    if positions.is_empty() || positions.len() > ERASED_AT_ONCE_MAX {
        return Err(Rejection::Number { positions: positions.len() });
    }
    let positions: BTreeSet<u64> = positions.into_iter().collect();
    let is_new = |position: &u64| !state.erased.contains(position);
    let positions: Vec<u64> = positions.into_iter().filter(is_new).collect();
    // What is erased already is so.
    if positions.is_empty() {
        return Ok(vec![]);
    }
    let replacements: Vec<Replacement> =
        replacements.into_iter().filter(|replacement| is_new(&replacement.position)).collect();
    Ok(vec![Event::Erased { positions, reason, replacements }])
}
