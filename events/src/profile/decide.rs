use mediary_schema::{
    account::Permission,
    profile::{BadRules, Profile, ProfileName, Rules},
};

use super::{Command, Event, State};
use crate::{
    Concern, EventKind, Subjects,
    named::{Removing, Saving},
};

/// The kernel part `profile`.
#[derive(Debug)]
pub struct Profiles;

/// Names of one project, those included that were removed: each is made by a person, and all are shown at once.
const NAMES_MAX: usize = 200;

/// Why a command on a profile is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no profile of that name.
    #[error("there is no profile called {name}")]
    NotFound {
        /// The name.
        name: ProfileName,
    },
    /// One of that name ships with the program.
    #[error("{name} ships with the program, and stays what it is")]
    Ships {
        /// The name.
        name: ProfileName,
    },
    /// No file could ever be made by these rules.
    #[error("{0}")]
    BadRules(BadRules),
    /// More names than anybody can oversee.
    #[error("there were {NAMES_MAX} names already")]
    TooMany,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "PROFILE_NOT_FOUND",
            Self::Ships { .. } => "PROFILE_SHIPS",
            Self::BadRules(_) => "PROFILE_BAD_RULES",
            Self::TooMany => "PROFILE_TOO_MANY",
        }
    }

    fn advice(&self) -> Option<String> {
        Some(match self {
            Self::NotFound { .. } => "`mediary transcode profile list` says what each is for".to_owned(),
            Self::Ships { .. } => "save yours under a name of its own".to_owned(),
            Self::BadRules(_) => {
                "`mediary transcode profile show web --toml` shows rules as they can be".to_owned()
            }
            Self::TooMany => "save it under a name that there was before".to_owned(),
        })
    }
}

impl Concern for Profiles {
    const NAME: &'static str = "profile";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("saved", 1, 0)
            .says("From now on files that are made by this name are made by these rules."),
        EventKind::new("removed", 1, 0).says("Nothing is made by this name any more."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(_: &Command) -> Permission {
        Permission::TRANSCODE
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match command {
            Command::Save { name, rules } => {
                if Profile::find_shipped(name.as_str()).is_some() {
                    return Err(Rejection::Ships { name });
                }
                rules.check().map_err(Rejection::BadRules)?;
                match state.named.saving(&name, &rules, NAMES_MAX) {
                    Saving::Same => Ok(vec![]),
                    Saving::Version(version) => Ok(vec![Event::Saved { name, version, rules }]),
                    Saving::TooMany => Err(Rejection::TooMany),
                }
            }
            Command::Remove { name } if Profile::find_shipped(name.as_str()).is_some() => {
                Err(Rejection::Ships { name })
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
            Event::Saved { name, version, rules } => {
                let rules = Rules { about: String::new(), ..Rules::clone(rules) };
                Event::Saved { name: name.clone(), version: *version, rules: Box::new(rules) }
            }
            Event::Removed { .. } => event.clone(),
        })
    }

    fn state_bytes(state: &State) -> usize {
        // A name with its rules: a sentence and some languages.
        size_of_val(state) + state.named.count() * (ProfileName::BYTES_MAX + size_of::<Rules>() + 1_024)
    }
}
