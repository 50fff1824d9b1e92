use mediary_schema::{FileId, JobId, account::Permission};

use super::{Command, Event, Phase, State};
use crate::{Concern, EventKind, Subjects};

/// The concern `download`.
#[derive(Debug)]
pub struct Download;

/// Why a command on a download is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Its file is in the library.
    #[error("the item is kept as {file_id} already")]
    AlreadyKept {
        /// The file.
        file_id: FileId,
    },
    /// Its file was deleted by somebody.
    #[error("the item was kept as {file_id}, which somebody deleted")]
    Deleted {
        /// The file.
        file_id: FileId,
    },
    /// Another tool's archive has it.
    #[error("the imported archive says that the item was fetched before")]
    Archived,
    /// Another job is on it, or none.
    #[error("{job_id} is not at work on the item")]
    NotWanted {
        /// The job that asked.
        job_id: JobId,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::AlreadyKept { .. } => "DOWNLOAD_ALREADY_KEPT",
            Self::Deleted { .. } => "DOWNLOAD_DELETED",
            Self::Archived => "DOWNLOAD_ARCHIVED",
            Self::NotWanted { .. } => "DOWNLOAD_NOT_WANTED",
        }
    }
}

impl Concern for Download {
    const NAME: &'static str = "download";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("requested", 1, 0)
            .says("Somebody wants the item kept.")
            .about(&["entry", "item", "job", "playlist"]),
        EventKind::new("completed", 1, 1)
            .says("Its file is in its place, whole and checked.")
            .about(&["entry", "file", "item", "job", "playlist"]),
        EventKind::new("file_replaced", 1, 0)
            .says(
                "Another file keeps its item from now on: one that was made of the one before and has \
                 its place, or that one, which came back.",
            )
            .about(&["entry", "file", "item", "plan", "playlist"]),
        EventKind::new("failed", 1, 0).says("It was given up.").about(&["entry", "item", "job", "playlist"]),
        EventKind::new("cancelled", 1, 0)
            .says("A person ended it.")
            .about(&["entry", "item", "job", "playlist"]),
        EventKind::new("archived", 1, 0)
            .says(
                "Another tool's archive says that it was fetched before; it is not fetched unless \
                 asked again.",
            )
            .about(&["item"]),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Request { .. } | Command::Archive { .. } => Permission::DOWNLOAD,
            Command::Complete { .. }
            | Command::ReplaceFile { .. }
            | Command::Fail { .. }
            | Command::Cancel { .. } => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match (command, state.phase) {
            // Wanted twice is wanted once: the second wish joins the job under way.
            (Command::Request { .. }, Phase::Wanted { .. }) => Ok(vec![]),
            (
                Command::Request { job_id, item },
                Phase::Unwanted | Phase::GivenUp | Phase::Kept { .. } | Phase::Archived,
            ) => Ok(vec![Event::Requested { job_id, item }]),

            (Command::Complete { job_id, file_id, described }, Phase::Wanted { job_id: wanted })
                if job_id == wanted =>
            {
                Ok(vec![Event::Completed { job_id, file_id, described }])
            }
            (Command::Complete { file_id, .. }, Phase::Kept { file_id: kept }) if file_id == kept => {
                Ok(vec![])
            }
            // One that another file keeps by now is none of it.
            (Command::ReplaceFile { before, .. }, _) if state.kept() != Some(before) => Ok(vec![]),
            (Command::ReplaceFile { file_id, plan_id, .. }, _) => {
                Ok(vec![Event::FileReplaced { file_id, plan_id }])
            }
            (Command::Fail { job_id, failure }, Phase::Wanted { job_id: wanted }) if job_id == wanted => {
                Ok(vec![Event::Failed { job_id, failure }])
            }
            (Command::Cancel { job_id }, Phase::Wanted { job_id: wanted }) if job_id == wanted => {
                Ok(vec![Event::Cancelled { job_id }])
            }
            (
                Command::Complete { job_id, .. } | Command::Fail { job_id, .. } | Command::Cancel { job_id },
                Phase::Unwanted
                | Phase::Wanted { .. }
                | Phase::Kept { .. }
                | Phase::Archived
                | Phase::GivenUp,
            ) => Err(Rejection::NotWanted { job_id }),

            (Command::Archive { item_id, source }, Phase::Unwanted | Phase::GivenUp) => {
                Ok(vec![Event::Archived { item_id, source }])
            }
            // What is known better than by somebody else's archive stays as it is.
            (Command::Archive { .. }, Phase::Wanted { .. } | Phase::Kept { .. } | Phase::Archived) => {
                Ok(vec![])
            }
        }
    }

    fn subjects(before: &State, event: &Event) -> Subjects {
        event.subjects(before)
    }

    fn redact(event: &Event) -> Option<Event> {
        Some(event.redacted())
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
