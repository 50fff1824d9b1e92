use mediary_schema::{FileId, JobId, account::Permission, transcode::TranscodeId};

use super::{Command, Event, Phase, State};
use crate::{Concern, EventKind, Subject, Subjects};

/// The concern `transcode`.
#[derive(Debug)]
pub struct Transcode;

/// Why a command on a transcode is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It was made before.
    #[error("it was made before: {file_id}")]
    AlreadyMade {
        /// The file.
        file_id: FileId,
    },
    /// It came out larger before.
    #[error("it was made before, came out larger than what it was made of, and was not kept")]
    CameOutLarger,
    /// It is being made, to lie beside what it is made of.
    #[error("it is being made, and is to lie beside what it is made of")]
    LiesBeside,
    /// Nothing was made, or that is not kept any more.
    #[error("nothing that was made by {transcode_id} is kept")]
    NotMade {
        /// The transcode.
        transcode_id: TranscodeId,
    },
    /// What it was made of is not there as it was then.
    #[error("what it was made of is not there as it was: {file_id}")]
    SourceChanged {
        /// The file.
        file_id: FileId,
    },
    /// Two of those that are to have its place are made of one file.
    #[error("two of them are made of one file: {file_id}")]
    OfOneFile {
        /// The file.
        file_id: FileId,
    },
    /// Another job is on it, or none.
    #[error("{job_id} is not at work on it")]
    NotWanted {
        /// The job that asked.
        job_id: JobId,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::AlreadyMade { .. } => "TRANSCODE_ALREADY_MADE",
            Self::CameOutLarger => "TRANSCODE_CAME_OUT_LARGER",
            Self::LiesBeside => "TRANSCODE_LIES_BESIDE",
            Self::NotMade { .. } => "TRANSCODE_NOT_MADE",
            Self::SourceChanged { .. } => "TRANSCODE_SOURCE_CHANGED",
            Self::OfOneFile { .. } => "TRANSCODE_OF_ONE_FILE",
            Self::NotWanted { .. } => "TRANSCODE_NOT_WANTED",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::AlreadyMade { .. } => Some(
                "`mediary transcode start … --again` makes it all the same, and `mediary transcode replace` has it \
                 take the place of what it was made of"
                    .to_owned(),
            ),
            Self::CameOutLarger => {
                Some("`mediary transcode start … --again` makes it all the same".to_owned())
            }
            Self::LiesBeside => Some("wait for it, then type `mediary transcode replace`".to_owned()),
            Self::NotMade { .. } => Some("`mediary transcode list` shows what was made".to_owned()),
            Self::SourceChanged { .. } => Some(
                "`mediary transcode show` says whether it has that place already; else make it again of what is there now"
                    .to_owned(),
            ),
            Self::OfOneFile { .. } => Some("name the one that is to have its place".to_owned()),
            Self::NotWanted { .. } => None,
        }
    }
}

impl Concern for Transcode {
    const NAME: &'static str = "transcode";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("requested", 1, 0)
            .says("Somebody wants a file made of another one.")
            .about(&["file", "job"]),
        EventKind::new("completed", 1, 0).says("It is in its place, and proved.").about(&["file", "job"]),
        EventKind::new("replace_requested", 1, 0)
            .says("What was made is to get the place of what it was made of, which goes into the trash.")
            .about(&["file", "plan"]),
        EventKind::new("found_fit", 1, 0)
            .says("There was nothing to do: the file is as the profile would have it.")
            .about(&["file", "job"]),
        EventKind::new("came_out_larger", 1, 0)
            .says("What was made is larger than what it was made of, and was not kept.")
            .about(&["file", "job"]),
        EventKind::new("failed", 1, 0).says("It was given up.").about(&["file", "job"]),
        EventKind::new("cancelled", 1, 0).says("A person ended it.").about(&["file", "job"]),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Request { .. } => Permission::TRANSCODE,
            Command::Replace { .. } => Permission::DELETE,
            Command::Complete { .. }
            | Command::Fit { .. }
            | Command::Grow { .. }
            | Command::Fail { .. }
            | Command::Cancel { .. } => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match (command, state.phase) {
            (Command::Request { replace: true, .. }, Phase::Wanted { .. }) if !state.replace => {
                Err(Rejection::LiesBeside)
            }
            // Wanted twice is wanted once: the second wish joins the job under way.
            (Command::Request { .. }, Phase::Wanted { .. }) => Ok(vec![]),
            (Command::Request { again: false, .. }, Phase::Made { file_id }) => {
                Err(Rejection::AlreadyMade { file_id })
            }
            (Command::Request { again: false, .. }, Phase::Larger) => Err(Rejection::CameOutLarger),
            (
                Command::Request { job_id, file_id, title, profile, replace, .. },
                Phase::Unwanted | Phase::Made { .. } | Phase::Fit | Phase::Larger | Phase::GivenUp,
            ) => Ok(vec![Event::Requested { job_id, file_id, title, profile, replace }]),

            // Which one was made, the story has looked.
            (Command::Replace { plan_id }, _) => Ok(vec![Event::ReplaceRequested { plan_id }]),

            (Command::Complete { job_id, made }, Phase::Wanted { job_id: wanted }) if job_id == wanted => {
                Ok(vec![Event::Completed { job_id, made }])
            }
            (Command::Complete { made, .. }, Phase::Made { file_id }) if made.file_id == file_id => {
                Ok(vec![])
            }
            (Command::Fit { job_id }, Phase::Wanted { job_id: wanted }) if job_id == wanted => {
                Ok(vec![Event::FoundFit { job_id }])
            }
            (Command::Grow { job_id, result_bytes, source_bytes }, Phase::Wanted { job_id: wanted })
                if job_id == wanted =>
            {
                Ok(vec![Event::CameOutLarger { job_id, result_bytes, source_bytes }])
            }
            (Command::Fail { job_id, failure }, Phase::Wanted { job_id: wanted }) if job_id == wanted => {
                Ok(vec![Event::Failed { job_id, failure }])
            }
            (Command::Cancel { job_id }, Phase::Wanted { job_id: wanted }) if job_id == wanted => {
                Ok(vec![Event::Cancelled { job_id }])
            }
            (
                Command::Complete { job_id, .. }
                | Command::Fit { job_id }
                | Command::Grow { job_id, .. }
                | Command::Fail { job_id, .. }
                | Command::Cancel { job_id },
                Phase::Unwanted
                | Phase::Wanted { .. }
                | Phase::Made { .. }
                | Phase::Fit
                | Phase::Larger
                | Phase::GivenUp,
            ) => Err(Rejection::NotWanted { job_id }),
        }
    }

    fn subjects(before: &State, event: &Event) -> Subjects {
        let (job_id, of, made) = match event {
            Event::ReplaceRequested { plan_id } => {
                return Subjects::of([before.file_id.map(Subject::from), Some((*plan_id).into())]);
            }
            Event::Requested { job_id, file_id, .. } => (*job_id, Some(*file_id), None),
            Event::Completed { job_id, made } => (*job_id, before.file_id, Some(made.file_id)),
            Event::FoundFit { job_id }
            | Event::CameOutLarger { job_id, .. }
            | Event::Failed { job_id, .. }
            | Event::Cancelled { job_id } => (*job_id, before.file_id, None),
        };
        Subjects::of([of.map(Subject::from), made.map(Subject::from), Some(job_id.into())])
    }

    fn redact(event: &Event) -> Option<Event> {
        Some(event.redacted())
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
