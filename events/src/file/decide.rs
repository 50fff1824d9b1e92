use mediary_schema::{account::Permission, job::WorkKind};

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `file`.
#[derive(Debug)]
pub struct File;

/// Why a command on a file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The id stands for other bytes.
    #[error("the file is recorded with other bytes")]
    Recorded,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::Recorded => "FILE_RECORDED",
        }
    }
}

impl Concern for File {
    const NAME: &'static str = "file";
    const EVENTS: &'static [EventKind] =
        &[EventKind::new("recorded", 1, 0).about(&["download", "item", "job"])];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Record { .. } => Permission::Perform(Some(WorkKind::Download)),
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match (command, &state.verified) {
            (Command::Record { path, verified, made }, None) => {
                Ok(vec![Event::Recorded { path, verified, made }])
            }
            (Command::Record { verified, .. }, Some(known)) => {
                if *known == verified {
                    Ok(vec![])
                } else {
                    Err(Rejection::Recorded)
                }
            }
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        event.subjects()
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
