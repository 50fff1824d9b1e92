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
    /// The part runs.
    #[error("{part} is not halted")]
    NotHalted {
        /// The name of the part.
        part: String,
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
        EventKind::new("joined", 1, 0).says("It began, and whatever it had leased before is lost."),
        EventKind::new("part_halted", 1, 0).says("A part of it is halted; the others go on."),
        EventKind::new("part_resumed", 1, 0).says("The halted part runs again."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Join { .. } | Command::Halt { .. } => Permission::PERFORM,
            Command::Resume { .. } => Permission::OPERATE,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match (command, state.incarnation_id) {
            (Command::Join { incarnation_id, offer }, known) => {
                Ok(if known == Some(incarnation_id) && state.offer == offer {
                    vec![]
                } else {
                    vec![Event::Joined { incarnation_id, offer }]
                })
            }
            (Command::Halt { .. } | Command::Resume { .. }, None) => Err(Rejection::NotFound),
            (Command::Halt { part, reason }, Some(_)) => Ok(if state.halted.contains_key(&part) {
                vec![]
            } else {
                vec![Event::PartHalted { part, reason }]
            }),
            (Command::Resume { part }, Some(_)) => {
                if state.halted.contains_key(&part) {
                    Ok(vec![Event::PartResumed { part }])
                } else {
                    Err(Rejection::NotHalted { part })
                }
            }
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Joined { .. } | Event::PartHalted { .. } | Event::PartResumed { .. } => Subjects::none(),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
