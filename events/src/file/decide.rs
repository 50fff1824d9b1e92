use mediary_schema::{
    RootId, Timestamp,
    account::Permission,
    file::{FileState, Stamp, Verified},
    layout::{MissingSidecar, Sidecar},
    plan::Lease,
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
    /// It is not in the trash.
    #[error("the file is not in the trash")]
    NotTrashed,
    /// Its time in the trash is not over.
    #[error("the file stays in the trash until its time is over")]
    Kept,
    /// Its bytes were destroyed, which is final.
    #[error("its bytes were destroyed when their time in the trash was over")]
    Purged,
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
            Self::NotTrashed => "FILE_NOT_TRASHED",
            Self::Kept => "FILE_KEPT",
            Self::Purged => "FILE_PURGED",
            Self::Replaced => "FILE_REPLACED",
            Self::AcceptsAll => "FILE_ACCEPTS_ALL",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::NotFound => Some("`mediary file list` shows the files".to_owned()),
            Self::AcceptsAll => Some("name no files with --root or --accept-folder".to_owned()),
            Self::NotTrashed => Some("`mediary trash list` shows what is in it".to_owned()),
            Self::Recorded | Self::Replaced | Self::Kept | Self::Purged => None,
        }
    }
}

/// What becomes of a file is about what it is.
const MADE: &[&str] = &["download", "item", "job"];

/// What a plan does with it is about that, too.
const WITH_PLAN: &[&str] = &["download", "item", "job", "plan"];

impl Concern for File {
    const NAME: &'static str = "file";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("recorded", 2, 1).says("It is in its place, whole and checked.").about(MADE),
        EventKind::new("found", 1, 1)
            .says("Its bytes are in their place, as they were recorded: again, or under another stamp.")
            .about(MADE),
        EventKind::new("moved", 1, 1)
            .says(
                "Its bytes have another path below the same folder, as they were recorded: somebody \
                 renamed it, or a plan did, and with it what lies beside it.",
            )
            .about(WITH_PLAN),
        EventKind::new("accompanied", 1, 0)
            .says("This lies beside it, and nothing else that was made for it.")
            .about(MADE),
        EventKind::new("changed", 1, 1)
            .says("Other bytes are in its place, in the file that it was.")
            .about(MADE),
        EventKind::new("lost", 1, 0)
            .says("Nothing is in its place, and nobody here took it away.")
            .about(MADE),
        EventKind::new("trashed", 1, 0).says("Its bytes were put into the trash.").about(WITH_PLAN),
        EventKind::new("restored", 1, 0)
            .says("Its bytes came back out of the trash into their place.")
            .about(WITH_PLAN),
        EventKind::new("purged", 1, 0)
            .says("Its bytes were destroyed in the trash, where their time was over.")
            .about(MADE),
        EventKind::new("replaced", 1, 1)
            .says(
                "Another file is in its place: for good if that is a kept one, else as long as it is \
                 there.",
            )
            .about(&["download", "file", "item", "job"]),
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
            | Command::Accompany { .. }
            | Command::Change { .. }
            | Command::Lose
            | Command::Trash { .. }
            | Command::Restore { .. }
            | Command::Purge { .. }
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
            Command::Move { path, stamp, plan_id } => {
                (FileState::Present, Event::Moved { path, stamp, plan_id })
            }
            Command::Accompany { sidecars, missing } => return accompany(state, sidecars, missing),
            Command::Change { stamp } => (FileState::Changed, Event::Changed { stamp }),
            Command::Lose => (FileState::Lost, Event::Lost {}),
            Command::Trash { lease } => (FileState::Trashed, Event::Trashed { lease }),
            Command::Restore { stamp } => return restore(state, stamp),
            Command::Purge { now } => return purge(state, now),
            Command::Swap { stamp } => {
                (FileState::Replaced, Event::Replaced { by: None, stamp: Some(stamp) })
            }
            Command::Replace { by } => (FileState::Replaced, Event::Replaced { by: Some(by), stamp: None }),
        };
        match state.state {
            None => Err(Rejection::NotFound),
            Some(now) if now == wanted && !is_news(state, &event) => Ok(Vec::new()),
            Some(FileState::Replaced) if state.by.is_some() => Err(Rejection::Replaced),
            Some(FileState::Purged) => Err(Rejection::Purged),
            // What was put away is nowhere else, and what lies in its place since is not it.
            Some(FileState::Trashed) => Ok(Vec::new()),
            Some(FileState::Present | FileState::Changed | FileState::Lost | FileState::Replaced) => {
                Ok(vec![event])
            }
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

/// What lies beside a file says nothing of how it stands with that one.
fn accompany(
    state: &State,
    sidecars: Vec<Sidecar>,
    missing: Vec<MissingSidecar>,
) -> Result<Vec<Event>, Rejection> {
    match state.state {
        None => Err(Rejection::NotFound),
        Some(_) if state.sidecars == sidecars && state.missing == missing => Ok(vec![]),
        Some(_) => Ok(vec![Event::Accompanied { sidecars, missing }]),
    }
}

fn restore(state: &State, stamp: Stamp) -> Result<Vec<Event>, Rejection> {
    match (state.state, state.lease) {
        (None, _) => Err(Rejection::NotFound),
        (Some(FileState::Purged), _) => Err(Rejection::Purged),
        (Some(_), None) => Err(Rejection::NotTrashed),
        (Some(_), Some(Lease { plan_id, .. })) => {
            let state = if state.is_own(stamp) { FileState::Present } else { FileState::Changed };
            Ok(vec![Event::Restored { plan_id, state, stamp }])
        }
    }
}

/// What was destroyed is destroyed; what comes back meanwhile is not.
fn purge(state: &State, now: Timestamp) -> Result<Vec<Event>, Rejection> {
    match (state.state, state.lease) {
        (None, _) => Err(Rejection::NotFound),
        (Some(FileState::Purged), _) => Ok(vec![]),
        (Some(_), None) => Err(Rejection::NotTrashed),
        (Some(_), Some(Lease { kept_until, .. })) if now < kept_until => Err(Rejection::Kept),
        (Some(_), Some(_)) => Ok(vec![Event::Purged {}]),
    }
}

fn same(known: &Verified, verified: &Verified) -> Result<(), Rejection> {
    if known == verified { Ok(()) } else { Err(Rejection::Recorded) }
}

/// Whether it says of the same state what wasn't known of it: the stamp by which the next look knows it.
fn is_news(state: &State, event: &Event) -> bool {
    match event {
        Event::Found { stamp } | Event::Changed { stamp } => state.seen != Some(*stamp),
        Event::Moved { path, stamp, .. } => state.seen != Some(*stamp) || state.path.as_ref() != Some(path),
        Event::Replaced { by: None, stamp } => state.seen != *stamp,
        Event::Replaced { by: Some(_), .. } => state.by.is_none(),
        Event::Recorded { .. }
        | Event::Accompanied { .. }
        | Event::Lost {}
        | Event::Trashed { .. }
        | Event::Restored { .. }
        | Event::Purged {} => false,
    }
}
