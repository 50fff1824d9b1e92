use std::convert::Infallible;

use mediary_schema::account::Permission;

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `lane`.
#[derive(Debug)]
pub struct Lanes;

/// Why a command on lanes is refused: never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("never")]
pub struct Rejection(Infallible);

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self.0 {}
    }
}

impl Concern for Lanes {
    const NAME: &'static str = "lane";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("held", 1, 0)
            .says("Nothing that needs the lane is begun from here on.")
            .about(&["job"]),
        EventKind::new("released", 1, 0).says("What needs the lane goes on."),
        EventKind::new("paused", 1, 0).says("A person wants nothing that needs the lane to be begun."),
        EventKind::new("resumed", 1, 0)
            .says("A person lets what needs the lane go on, unless a condition holds it."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Hold { .. } | Command::Release { .. } => Permission::PERFORM,
            Command::Pause { .. } | Command::Resume { .. } => Permission::CONFIGURE,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        Ok(match command {
            Command::Hold { hold } => match state.of(&hold.lane) {
                // What it waits for already is at least as much.
                Some(held) if held.reason == hold.reason && held.until >= hold.until => vec![],
                Some(_) | None => vec![Event::Held { hold }],
            },
            Command::Pause { lane } if state.is_paused(&lane) => vec![],
            Command::Pause { lane } => vec![Event::Paused { lane }],
            Command::Resume { lane } if state.is_paused(&lane) => vec![Event::Resumed { lane }],
            Command::Resume { .. } => vec![],
            Command::Release { hold } => match state.of(&hold.lane) {
                Some(held) if *held == hold => vec![Event::Released { lane: hold.lane }],
                // Released already, or held anew meanwhile.
                Some(_) | None => vec![],
            },
        })
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Held { hold } => Subjects::of([Some(hold.job_id.into())]),
            Event::Released { .. } | Event::Paused { .. } | Event::Resumed { .. } => Subjects::none(),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
