use mediary_schema::account::Permission;

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The concern `parrot`.
#[derive(Debug)]
pub struct Parrot;

/// The longest text, in bytes.
const TEXT_BYTES_MAX: usize = 1_000;

/// Why a command on a parrot is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no text, or too much of it.
    #[error("a text has 1 to {TEXT_BYTES_MAX} bytes")]
    BadText,
    /// There is no such parrot.
    #[error("there is no such parrot")]
    NotFound,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::BadText => "PARROT_BAD_TEXT",
            Self::NotFound => "PARROT_NOT_FOUND",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::BadText => None,
            Self::NotFound => Some("`mediary parrot list` shows those that there are".to_owned()),
        }
    }
}

impl Concern for Parrot {
    const NAME: &'static str = "parrot";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("told", 1, 0).says("It was told a text.").about(&["job"]),
        EventKind::new("repeated", 1, 0).says("It repeated the text."),
        EventKind::new("rewarded", 1, 0).says("It was rewarded for that."),
        EventKind::new("failed", 1, 0).says("It was given up."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Tell { .. } => Permission::PARROT,
            Command::Repeat { .. } | Command::Reward | Command::Fail => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match (command, &state.text) {
            (Command::Tell { text, .. }, _) if text.is_empty() || text.len() > TEXT_BYTES_MAX => {
                Err(Rejection::BadText)
            }
            (Command::Tell { job_id, text }, None) => Ok(vec![Event::Told { job_id, text }]),
            (Command::Tell { .. }, Some(_)) => Ok(vec![]),
            (_, None) => Err(Rejection::NotFound),
            (Command::Repeat { .. } | Command::Fail, Some(_)) if state.is_over => Ok(vec![]),
            (Command::Repeat { letters }, Some(_)) => Ok(vec![Event::Repeated { letters }]),
            (Command::Fail, Some(_)) => Ok(vec![Event::Failed {}]),
            (Command::Reward, Some(_)) if state.is_rewarded => Ok(vec![]),
            (Command::Reward, Some(_)) => Ok(vec![Event::Rewarded {}]),
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Told { job_id, .. } => Subjects::of([Some((*job_id).into())]),
            Event::Repeated { .. } | Event::Rewarded {} | Event::Failed {} => Subjects::none(),
        }
    }

    fn redact(event: &Event) -> Option<Event> {
        let mut event = event.clone();
        if let Event::Told { text, .. } = &mut event {
            text.clear();
        }
        Some(event)
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
