use mediary_schema::account::Permission;

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `worker`.
#[derive(Debug)]
pub struct Worker;

/// Why a command on a worker is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It never joined.
    #[error("there is no such worker")]
    NotFound,
    /// Its part for the concern runs.
    #[error("{concern} is not halted")]
    NotHalted {
        /// The stored name of the concern.
        concern: String,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "WORKER_NOT_FOUND",
            Self::NotHalted { .. } => "WORKER_NOT_HALTED",
        }
    }
}

impl Concern for Worker {
    const NAME: &'static str = "worker";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("joined", 1, 0),
        EventKind::new("concern_halted", 1, 0),
        EventKind::new("concern_resumed", 1, 0),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Join { .. } | Command::Halt { .. } => Permission::Perform(None),
            Command::Resume { .. } => Permission::Operate,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match (command, state.epoch) {
            (Command::Join { epoch, offer }, known) => Ok(if known == epoch && state.offer == offer {
                vec![]
            } else {
                vec![Event::Joined { epoch, offer }]
            }),
            (Command::Halt { .. } | Command::Resume { .. }, 0) => Err(Rejection::NotFound),
            (Command::Halt { concern, reason }, 1..) => Ok(if state.halted.contains_key(&concern) {
                vec![]
            } else {
                vec![Event::ConcernHalted { concern, reason }]
            }),
            (Command::Resume { concern }, 1..) => {
                if state.halted.contains_key(&concern) {
                    Ok(vec![Event::ConcernResumed { concern }])
                } else {
                    Err(Rejection::NotHalted { concern })
                }
            }
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Joined { .. } | Event::ConcernHalted { .. } | Event::ConcernResumed { .. } => {
                Subjects::none()
            }
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
