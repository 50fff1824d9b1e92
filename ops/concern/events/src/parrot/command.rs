use mediary_schema::JobId;

/// What may be asked of a parrot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Repeat a text.
    Tell {
        /// The job that does it.
        job_id: JobId,
        /// The text.
        text: String,
    },
    /// It was repeated.
    Repeat {
        /// How many letters it has.
        letters: u64,
    },
    /// It was rewarded for that.
    Reward,
    /// It was given up.
    Fail,
}
