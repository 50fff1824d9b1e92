use mediary_schema::{FileId, JobId};

use super::Event;

/// Where the making of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Nobody ever wanted it.
    #[default]
    Unwanted,
    /// A job is on it.
    Wanted {
        /// The job.
        job_id: JobId,
    },
    /// It was made.
    Made {
        /// The file.
        file_id: FileId,
    },
    /// There is nothing to make.
    Fit,
    /// It came out larger.
    Larger,
    /// It was tried and given up, or ended by a person.
    GivenUp,
}

/// A transcode as its events tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Where it is.
    pub phase: Phase,
    /// Of which file; none if there is no such transcode.
    pub file_id: Option<FileId>,
    /// BLAKE3 of that, as it was when a file was made of it last.
    pub source_blake3: Option<String>,
    /// Whether what is being made gets the place of what it is made of.
    pub replace: bool,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        self.phase = match event {
            Event::Requested { job_id, file_id, replace, .. } => {
                (self.file_id, self.replace) = (Some(*file_id), *replace);
                Phase::Wanted { job_id: *job_id }
            }
            Event::Completed { made, .. } => {
                self.source_blake3 = Some(made.source_blake3.clone());
                Phase::Made { file_id: made.file_id }
            }
            Event::ReplaceRequested { .. } => return,
            Event::FoundFit { .. } => Phase::Fit,
            Event::CameOutLarger { .. } => Phase::Larger,
            Event::Failed { .. } | Event::Cancelled { .. } => Phase::GivenUp,
        };
    }
}
