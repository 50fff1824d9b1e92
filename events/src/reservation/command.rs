use mediary_schema::JobId;

/// What may be asked of a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Claim the name.
    Take {
        /// The reserved name in clear.
        key: String,
        /// The job that claims it.
        holder: JobId,
    },
    /// Give it back.
    Release {
        /// The job that had it.
        holder: JobId,
    },
}
