use mediary_schema::{ProjectId, account::Permission, project::HOME};

use super::{Command, Event, State};
use crate::{
    Concern, EventKind, Subjects,
    name::{self, NAME_CHARS_MAX},
};

/// The kernel part `project`.
#[derive(Debug)]
pub struct Project;

/// Projects of an installation: each is made by a person, and all are shown at once.
const PROJECTS_MAX: usize = 1_000;

/// Why a command on a project is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A name that nobody could type or tell from an id.
    #[error(
        "a project's name has 1 to {NAME_CHARS_MAX} characters, no control characters, no space at its ends, \
         and does not begin like an id"
    )]
    BadName,
    /// Another project is called so.
    #[error("there is a project called {name:?} already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// More projects than anybody can oversee.
    #[error("there are {PROJECTS_MAX} projects already")]
    TooMany,
    /// There is no such project.
    #[error("there is no {project_id}")]
    NotFound {
        /// The project.
        project_id: ProjectId,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::BadName => "PROJECT_BAD_NAME",
            Self::NameTaken { .. } => "PROJECT_NAME_TAKEN",
            Self::TooMany => "PROJECT_TOO_MANY",
            Self::NotFound { .. } => "PROJECT_NOT_FOUND",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::BadName | Self::TooMany => None,
            Self::NameTaken { .. } => Some("choose another name".to_owned()),
            Self::NotFound { .. } => Some("`mediary project list` shows those that there are".to_owned()),
        }
    }
}

impl Concern for Project {
    const NAME: &'static str = "project";
    const EVENTS: &'static [EventKind] =
        &[EventKind::new("created", 1, 0).says("Things may belong to it from now on.").about(&["project"])];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(_: &Command) -> Permission {
        Permission::ADMINISTER
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        let Command::Create { project_id, name, now } = command;
        match state.projects.get(&project_id) {
            Some(known) if known.name == name => return Ok(vec![]),
            Some(_) => return Err(Rejection::NameTaken { name }),
            None => {}
        }
        if !name::is_name(&name, ProjectId::KIND) {
            return Err(Rejection::BadName);
        }
        if state.projects.len() >= PROJECTS_MAX {
            return Err(Rejection::TooMany);
        }
        if name == HOME || state.projects.values().any(|known| known.name == name) {
            return Err(Rejection::NameTaken { name });
        }
        Ok(vec![Event::Created { project_id, name, created_at: now }])
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Created { project_id, .. } => Subjects::of([Some((*project_id).into())]),
        }
    }

    fn redact(event: &Event) -> Option<Event> {
        let mut event = event.clone();
        match &mut event {
            Event::Created { name, .. } => name.clear(),
        }
        Some(event)
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
