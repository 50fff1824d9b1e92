use mediary_schema::{Label, account::Permission, template::Settings, ticket::Ticket};

use super::{Command, Event, State};
use crate::{
    Concern, EventKind, Subjects,
    named::{Removing, Saving},
};

/// The kernel part `template`.
#[derive(Debug)]
pub struct Template;

/// Names of one project, those included that were removed: each is made by a person, and all are shown at once.
const NAMES_MAX: usize = 500;

/// Why a command on a template is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no template of that name.
    #[error("there is no template called {name:?}", name = name.as_str())]
    NotFound {
        /// The name.
        name: Label,
    },
    /// More tags than a job may have.
    #[error("template {name:?}: {count} tags are too many: a job may have {}", Ticket::TAGS_MAX, name = name.as_str())]
    TooManyTags {
        /// The name.
        name: Label,
        /// How many were given.
        count: usize,
    },
    /// More names than anybody can oversee.
    #[error("template {name:?}: there were {NAMES_MAX} names already", name = name.as_str())]
    TooMany {
        /// The name that is one too many.
        name: Label,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "TEMPLATE_NOT_FOUND",
            Self::TooManyTags { .. } => "TEMPLATE_TOO_MANY_TAGS",
            Self::TooMany { .. } => "TEMPLATE_TOO_MANY",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::NotFound { .. } => {
                Some("`mediary job template list` shows those that there are".to_owned())
            }
            Self::TooManyTags { .. } => None,
            Self::TooMany { .. } => Some("save it under a name that there was before".to_owned()),
        }
    }
}

impl Concern for Template {
    const NAME: &'static str = "template";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("saved", 1, 0)
            .says("From now on jobs that are started by this name have these settings."),
        EventKind::new("removed", 1, 0).says("Nothing is started by this name any more."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(_: &Command) -> Permission {
        Permission::OPERATE
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match command {
            Command::Save { name, mut settings } => {
                settings.tags.sort();
                settings.tags.dedup();
                let count = settings.tags.len();
                if count > Ticket::TAGS_MAX {
                    return Err(Rejection::TooManyTags { name, count });
                }
                match state.named.saving(&name, &settings, NAMES_MAX) {
                    Saving::Same => Ok(vec![]),
                    Saving::Version(version) => Ok(vec![Event::Saved { name, version, settings }]),
                    Saving::TooMany => Err(Rejection::TooMany { name }),
                }
            }
            Command::Remove { name } => match state.named.removing(&name) {
                Removing::There => Ok(vec![Event::Removed { name }]),
                Removing::Removed => Ok(vec![]),
                Removing::Unknown => Err(Rejection::NotFound { name }),
            },
        }
    }

    fn subjects(_: &State, _: &Event) -> Subjects {
        Subjects::none()
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    // A name and its number are what later versions go on from.
    fn redact(event: &Event) -> Option<Event> {
        Some(match event {
            Event::Saved { name, version, settings } => {
                let settings = Settings { priority: settings.priority, ..Settings::default() };
                Event::Saved { name: name.clone(), version: *version, settings }
            }
            Event::Removed { .. } => event.clone(),
        })
    }

    fn state_bytes(state: &State) -> usize {
        // A name with its batch and sixteen tags.
        size_of_val(state) + state.named.count() * Label::BYTES_MAX * (2 + Ticket::TAGS_MAX)
    }
}
