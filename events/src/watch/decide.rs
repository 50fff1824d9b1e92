use mediary_schema::{
    RootId,
    account::Permission,
    watch::{BadWhich, Watch, WatchId, Which},
};

use super::{Added, Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `watch`.
#[derive(Debug)]
pub struct Watches;

/// Watches of one project: each is looked through again and again.
const WATCHES_MAX: usize = 50;

/// Why a command on a watch is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such watch.
    #[error("there is no {watch_id}")]
    NotFound {
        /// The watch.
        watch_id: WatchId,
    },
    /// Files are taken from there already.
    #[error("{watch_id} takes files from there already")]
    Taken {
        /// By which watch.
        watch_id: WatchId,
    },
    /// Nobody could say by it which files are taken.
    #[error(transparent)]
    BadWhich(#[from] BadWhich),
    /// More watches than anybody can oversee.
    #[error("there are {WATCHES_MAX} watches already")]
    TooMany,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "WATCH_NOT_FOUND",
            Self::Taken { .. } => "WATCH_TAKEN",
            Self::BadWhich(BadWhich::BadName { .. }) => "WATCH_BAD_NAME",
            Self::BadWhich(BadWhich::TooManyNames { .. }) => "WATCH_TOO_MANY_NAMES",
            Self::BadWhich(BadWhich::SettlesTooLong) => "WATCH_SETTLES_TOO_LONG",
            Self::BadWhich(BadWhich::NoSize { .. }) => "WATCH_NO_SIZE",
            Self::TooMany => "WATCH_TOO_MANY",
        }
    }

    fn advice(&self) -> Option<String> {
        Some(match self {
            Self::NotFound { .. } => "`mediary transcode watch list` shows those that there are".to_owned(),
            Self::Taken { .. } => "remove that one first, if this is to take its place".to_owned(),
            Self::BadWhich(BadWhich::BadName { .. }) => {
                "`*` is anything, `?` one character, `[ab]` one of them".to_owned()
            }
            Self::TooMany => "remove one that is not needed any more".to_owned(),
            Self::BadWhich(_) => return None,
        })
    }
}

impl Concern for Watches {
    const NAME: &'static str = "watch";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("added", 1, 0)
            .says("From now on files are taken from a folder.")
            .about(&[WatchId::KIND, RootId::KIND]),
        EventKind::new("stopped", 1, 0)
            .says("Nothing is taken from there until somebody adds it again: who added it may not any more.")
            .about(&[WatchId::KIND]),
        EventKind::new("removed", 1, 0).says("Nothing is taken from there any more.").about(&[WatchId::KIND]),
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
            Command::Add { watch_id, added } => {
                added.watch.which.chooser()?;
                let watch = &added.watch;
                let is_there = |other: &Watch| (other.root_id, &other.way) == (watch.root_id, &watch.way);
                match state.watches.iter().find(|(_, known)| is_there(&known.added.watch)) {
                    Some((_, known)) if known.added == *added && known.stopped.is_none() => Ok(vec![]),
                    // Whoever adds it again takes files by it from now on.
                    Some((watch_id, known)) if known.added.watch == *watch => {
                        Ok(vec![Event::Added { watch_id: *watch_id, added }])
                    }
                    Some((watch_id, _)) => Err(Rejection::Taken { watch_id: *watch_id }),
                    None if state.watches.len() >= WATCHES_MAX => Err(Rejection::TooMany),
                    None => Ok(vec![Event::Added { watch_id, added }]),
                }
            }
            Command::Stop { watch_id, reason } => match state.watches.get(&watch_id) {
                Some(known) if known.stopped.is_none() => Ok(vec![Event::Stopped { watch_id, reason }]),
                Some(_) => Ok(vec![]),
                None => Err(Rejection::NotFound { watch_id }),
            },
            Command::Remove { watch_id } if state.watches.contains_key(&watch_id) => {
                Ok(vec![Event::Removed { watch_id }])
            }
            Command::Remove { watch_id } => Err(Rejection::NotFound { watch_id }),
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Added { watch_id, added } => {
                Subjects::of([Some((*watch_id).into()), Some(added.watch.root_id.into())])
            }
            Event::Stopped { watch_id, .. } | Event::Removed { watch_id } => {
                Subjects::of([Some((*watch_id).into())])
            }
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    // Names of folders and files may say something of people.
    fn redact(event: &Event) -> Option<Event> {
        Some(match event {
            Event::Added { watch_id, added } => {
                let Added { watch, principal, token_id } = &**added;
                let which = Which { names: vec![], ..watch.which.clone() };
                let watch = Watch { way: String::new(), which, ..watch.clone() };
                let added = Added { watch, principal: *principal, token_id: *token_id };
                Event::Added { watch_id: *watch_id, added: Box::new(added) }
            }
            Event::Stopped { .. } | Event::Removed { .. } => event.clone(),
        })
    }
}
