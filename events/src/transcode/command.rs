use mediary_schema::{FileId, JobId, job::Failure, transcode::Profile};

use super::Made;

/// What may be asked of a transcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make a file of another one.
    Request {
        /// The job that will do it.
        job_id: JobId,
        /// Of which it is made.
        file_id: FileId,
        /// What that is called.
        title: String,
        /// By which rules.
        profile: Box<Profile>,
        /// Whether also what was made before is made again.
        again: bool,
    },
    /// It is in its place, and proved.
    Complete {
        /// The job that did it.
        job_id: JobId,
        /// What was made.
        made: Box<Made>,
    },
    /// There was nothing to do: the file is as the profile would have it.
    Fit {
        /// The job that looked.
        job_id: JobId,
    },
    /// What was made is larger than what it was made of, and is not kept.
    Grow {
        /// The job that made it.
        job_id: JobId,
        /// How large the result was.
        result_bytes: u64,
        /// How large what it was made of is.
        source_bytes: u64,
    },
    /// It was given up.
    Fail {
        /// The job that tried.
        job_id: JobId,
        /// What went wrong.
        failure: Failure,
    },
    /// A person ended it.
    Cancel {
        /// The job that was ended.
        job_id: JobId,
    },
}
