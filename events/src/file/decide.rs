use mediary_schema::{
    RootId,
    account::Permission,
    file::{FileState, Verified},
};

use super::{Command, Event, State};
use crate::{Concern, EventKind, Stored, Subjects};

/// The kernel part `file`.
#[derive(Debug)]
pub struct File;

/// Why a command on a file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The id stands for other bytes.
    #[error("the file is recorded with other bytes")]
    Recorded,
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// Another kept file took its place, which is final.
    #[error("another file took its place")]
    Replaced,
    /// Nothing that was kept is in the folder, and nobody said that this is meant.
    #[error("a root is read and its folder accepted as a whole, not for some files")]
    AcceptsAll,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::Recorded => "FILE_RECORDED",
            Self::NotFound => "FILE_NOT_FOUND",
            Self::Replaced => "FILE_REPLACED",
            Self::AcceptsAll => "FILE_ACCEPTS_ALL",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::NotFound => Some("`mediary file list` shows the files".to_owned()),
            Self::AcceptsAll => Some("name no files with --root or --accept-folder".to_owned()),
            Self::Recorded | Self::Replaced => None,
        }
    }
}

/// What becomes of a file is about what it is.
const MADE: &[&str] = &["download", "item", "job"];

impl Concern for File {
    const NAME: &'static str = "file";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("recorded", 2, 1).about(MADE),
        EventKind::new("found", 1, 1).about(MADE),
        EventKind::new("moved", 1, 0).about(MADE),
        EventKind::new("changed", 1, 1).about(MADE),
        EventKind::new("lost", 1, 0).about(MADE),
        EventKind::new("trashed", 1, 0).about(MADE),
        EventKind::new("replaced", 1, 1).about(&["download", "file", "item", "job"]),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Record { .. }
            | Command::Find { .. }
            | Command::Move { .. }
            | Command::Change { .. }
            | Command::Lose
            | Command::Trash
            | Command::Swap { .. }
            | Command::Replace { .. } => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        let (wanted, event) = match command {
            Command::Record { root, path, verified, made, stamp } => {
                return match &state.verified {
                    None => Ok(vec![Event::Recorded { root, path, verified, made, stamp }]),
                    Some(known) => same(known, &verified).map(|()| Vec::new()),
                };
            }
            Command::Find { stamp } => (FileState::Present, Event::Found { stamp }),
            Command::Move { path, stamp } => (FileState::Present, Event::Moved { path, stamp }),
            Command::Change { stamp } => (FileState::Changed, Event::Changed { stamp }),
            Command::Lose => (FileState::Lost, Event::Lost {}),
            Command::Trash => (FileState::Trashed, Event::Trashed {}),
            Command::Swap { stamp } => {
                (FileState::Replaced, Event::Replaced { by: None, stamp: Some(stamp) })
            }
            Command::Replace { by } => (FileState::Replaced, Event::Replaced { by: Some(by), stamp: None }),
        };
        match state.state {
            None => Err(Rejection::NotFound),
            Some(now) if now == wanted && !is_news(state, &event) => Ok(Vec::new()),
            Some(FileState::Replaced) if state.by.is_some() => Err(Rejection::Replaced),
            // What was put away is not lost.
            Some(FileState::Trashed) if wanted == FileState::Lost => Ok(Vec::new()),
            Some(
                FileState::Present
                | FileState::Changed
                | FileState::Lost
                | FileState::Trashed
                | FileState::Replaced,
            ) => Ok(vec![event]),
        }
    }

    fn subjects(before: &State, event: &Event) -> Subjects {
        event.subjects(before)
    }

    /// The first form had the library and watched folders, of which there were none; the second has a root by its id.
    fn upcast(stored: Stored) -> Vec<Stored> {
        let mut payload = stored.payload.clone();
        let watched = payload["root"]["watch_folder"].as_str().and_then(|uuid| uuid.parse().ok());
        payload["root"] = watched.unwrap_or(RootId::LIBRARY).to_string().into();
        vec![stored.next(payload)]
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}

fn same(known: &Verified, verified: &Verified) -> Result<(), Rejection> {
    if known == verified { Ok(()) } else { Err(Rejection::Recorded) }
}

/// Whether it says of the same state what wasn't known of it: the stamp by which the next look knows it.
fn is_news(state: &State, event: &Event) -> bool {
    match event {
        Event::Found { stamp } | Event::Changed { stamp } => state.seen != Some(*stamp),
        Event::Moved { path, stamp } => state.seen != Some(*stamp) || state.path.as_ref() != Some(path),
        Event::Replaced { by: None, stamp } => state.seen != *stamp,
        Event::Replaced { by: Some(_), .. } => state.by.is_none(),
        Event::Recorded { .. } | Event::Lost {} | Event::Trashed {} => false,
    }
}
