use mediary_schema::{account::Permission, job::WorkKind, setting::Limits};

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `setting`.
#[derive(Debug)]
pub struct Setting;

/// More at once than any machine of a household can use.
const LIMIT_MAX: u32 = 64;

/// Why a setting is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A limit that would stop everything, or none at all.
    #[error("a limit is from 1 to {LIMIT_MAX}, not {limit}")]
    OutOfRange {
        /// What was asked for.
        limit: u32,
    },
    /// A kind of work that there isn't.
    #[error("{kind} is no kind of work; there are {}", known.join(", "))]
    UnknownKind {
        /// What was asked for.
        kind: WorkKind,
        /// Every kind.
        known: Vec<String>,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "SETTING_OUT_OF_RANGE",
            Self::UnknownKind { .. } => "SETTING_UNKNOWN_KIND",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::OutOfRange { .. } => {
                Some("to hold work, pause its jobs with `mediary job pause ID`".to_owned())
            }
            Self::UnknownKind { .. } => Some("see the kinds with `mediary limit show`".to_owned()),
        }
    }
}

impl Concern for Setting {
    const NAME: &'static str = "setting";
    const EVENTS: &'static [EventKind] = &[EventKind::new("limits_changed", 1, 0)];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Limit { .. } => Permission::CONFIGURE,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match command {
            Command::Limit { limits } => {
                if let Some(limit) = out_of_range(&limits) {
                    return Err(Rejection::OutOfRange { limit });
                }
                Ok(if state.limits == limits { vec![] } else { vec![Event::LimitsChanged { limits }] })
            }
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::LimitsChanged { .. } => Subjects::none(),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}

fn out_of_range(limits: &Limits) -> Option<u32> {
    let asked = limits.per_kind.values().chain([&limits.total]);
    asked.copied().find(|limit| !(1..=LIMIT_MAX).contains(limit))
}
