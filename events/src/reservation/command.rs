use uuid::Uuid;

/// What may be asked of a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Claim the name.
    Take {
        /// The reserved name in clear.
        key: String,
        /// Who claims it.
        holder: Uuid,
    },
    /// Give it back.
    Release {
        /// Who had it.
        holder: Uuid,
    },
}
