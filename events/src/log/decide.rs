use std::collections::BTreeSet;

use mediary_schema::account::Permission;

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
    const EVENTS: &'static [EventKind] = &[EventKind::new("opened", 1, 0), EventKind::new("erased", 1, 0)];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Erase { .. } => Permission::ADMINISTER,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        let Command::Erase { positions, reason, replacements } = command;
        let reason = reason.trim().to_owned();
        if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
            return Err(Rejection::NoReason);
        }
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

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Opened { .. } | Event::Erased { .. } => Subjects::none(),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
