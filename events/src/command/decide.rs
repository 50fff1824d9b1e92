use mediary_schema::account::Permission;

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `command`: one stream for each remembered command, named by its id.
#[derive(Debug)]
pub struct Commands;

/// Why one is not remembered: there is no such reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match *self {}
    }
}

impl Concern for Commands {
    const NAME: &'static str = "command";
    const EVENTS: &'static [EventKind] =
        &[EventKind::new("accepted", 1, 0).says("It was accepted, and nothing had to change for it.")];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Accept => Permission::PERFORM,
        }
    }

    fn decide(_: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match command {
            // Two principals may use one id, and each is remembered.
            Command::Accept => Ok(vec![Event::Accepted {}]),
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Accepted {} => Subjects::none(),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
