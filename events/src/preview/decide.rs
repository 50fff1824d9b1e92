use mediary_schema::account::Permission;

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The concern `preview`.
#[derive(Debug)]
pub struct Preview;

/// Why a command on a preview is refused: nothing is. What is wrong with an address is said before it has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match *self {}
    }

    fn advice(&self) -> Option<String> {
        match *self {}
    }
}

impl Concern for Preview {
    const NAME: &'static str = "preview";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("requested", 1, 0).says("Somebody wanted to know what is there.").about(&["job"]),
        EventKind::new("found", 1, 1).says("It was looked at.").about(&["job"]),
        EventKind::new("failed", 1, 0)
            .says("It could not be looked at, or a person ended it: the job says why.")
            .about(&["job"]),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Ask { .. } => Permission::FOLLOW,
            Command::Find { .. } | Command::Fail { .. } => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        Ok(match command {
            // Whoever asks while it is looked at waits for the same.
            Command::Ask { job_id, .. } if state.under_way == Some(job_id) => vec![],
            Command::Ask { job_id, url } => vec![Event::Requested { job_id, url }],
            Command::Find { job_id, .. } | Command::Fail { job_id } if state.under_way != Some(job_id) => {
                vec![]
            }
            Command::Find { job_id, found } => vec![Event::Found { job_id, found }],
            Command::Fail { job_id } => vec![Event::Failed { job_id }],
        })
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Requested { job_id, .. } | Event::Found { job_id, .. } | Event::Failed { job_id } => {
                Subjects::of([Some((*job_id).into())])
            }
        }
    }

    fn redact(event: &Event) -> Option<Event> {
        Some(event.redacted())
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
