use mediary_schema::worker::Offer;

/// What may be asked of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// It is there, and offers this.
    Join {
        /// The epoch of the log in which it began: each start is another.
        epoch: u64,
        /// What it can do.
        offer: Offer,
    },
    /// Its part for a concern failed too often and is halted (PL-31).
    Halt {
        /// The stored name of the concern.
        concern: String,
        /// What went wrong last.
        reason: String,
    },
    /// A person wants the halted part back.
    Resume {
        /// The stored name of the concern.
        concern: String,
    },
}
