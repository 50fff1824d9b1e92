use mediary_schema::{JobId, preview::Found};

/// What may be asked of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Find out what is at an address.
    Ask {
        /// The job that does it.
        job_id: JobId,
        /// The address.
        url: String,
    },
    /// It was looked at.
    Find {
        /// The job that did it.
        job_id: JobId,
        /// What is there.
        found: Found,
    },
    /// It was given up, or a person ended it.
    Fail {
        /// The job that came to nothing.
        job_id: JobId,
    },
}
