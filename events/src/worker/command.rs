use mediary_schema::{IncarnationId, worker::Offer};

/// What may be asked of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// It is there, and offers this.
    Join {
        /// This life of it: each start is another.
        incarnation_id: IncarnationId,
        /// What it can do.
        offer: Offer,
    },
    /// A part of it failed too often and is halted (PL-31).
    Halt {
        /// The name of the part.
        part: String,
        /// What went wrong last.
        reason: String,
    },
    /// A person wants the halted part back.
    Resume {
        /// The name of the part.
        part: String,
    },
}
