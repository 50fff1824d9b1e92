use mediary_schema::account::Permission;

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `log`.
#[derive(Debug)]
pub struct Logs;

/// Why a command on the log is refused: there is no such reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match *self {}
    }
}

impl Concern for Logs {
    const NAME: &'static str = "log";
    const EVENTS: &'static [EventKind] = &[EventKind::new("opened", 1, 0)];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match *command {}
    }

    fn decide(_: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match command {}
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Opened { .. } => Subjects::none(),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
