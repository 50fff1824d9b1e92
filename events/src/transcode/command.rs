use mediary_schema::{FileId, JobId, PlanId, job::Failure, profile::Profile};

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
        /// Whether what is made gets the place of what it is made of.
        replace: bool,
    },
    /// It is in its place, and proved.
    Complete {
        /// The job that did it.
        job_id: JobId,
        /// What was made.
        made: Box<Made>,
    },
    /// What was made is to get the place of what it was made of.
    Replace {
        /// By which plan.
        plan_id: PlanId,
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
