use mediary_schema::{JobId, account::Permission};

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `reservation`.
#[derive(Debug)]
pub struct Reservation;

/// Why a claim is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Somebody else has the name.
    #[error("{key} is taken by {holder}")]
    Taken {
        /// The reserved name.
        key: String,
        /// Who has it.
        holder: JobId,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "RESERVATION_TAKEN",
        }
    }
}

impl Concern for Reservation {
    const NAME: &'static str = "reservation";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("taken", 1, 0).says("The name was claimed.").about(&["job"]),
        EventKind::new("released", 1, 0).says("The claim ended.").about(&["job"]),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(_: &Command) -> Permission {
        Permission::PERFORM
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match (command, state.holder) {
            (Command::Take { key, holder }, None) => Ok(vec![Event::Taken { key, holder }]),
            (Command::Take { key, holder }, Some(other)) => {
                if holder == other {
                    Ok(vec![])
                } else {
                    Err(Rejection::Taken { key, holder: other })
                }
            }
            (Command::Release { holder }, Some(other)) if holder == other => {
                Ok(vec![Event::Released { holder }])
            }
            // Released already, or claimed anew by somebody else: nothing of ours is left.
            (Command::Release { .. }, Some(_) | None) => Ok(vec![]),
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Taken { holder, .. } | Event::Released { holder } => {
                Subjects::of([Some((*holder).into())])
            }
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
