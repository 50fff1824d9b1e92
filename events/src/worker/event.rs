use mediary_schema::worker::Offer;
use serde::{Deserialize, Serialize};

/// What can have happened to a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// It began, and whatever it had leased before is lost.
    #[serde(rename = "joined")]
    Joined {
        /// The epoch of the log in which it began.
        epoch: u64,
        /// What it can do.
        offer: Offer,
    },
    /// Its part for a concern is halted; the others go on.
    #[serde(rename = "concern_halted")]
    ConcernHalted {
        /// The stored name of the concern.
        concern: String,
        /// What went wrong last.
        reason: String,
    },
    /// The halted part runs again.
    #[serde(rename = "concern_resumed")]
    ConcernResumed {
        /// The stored name of the concern.
        concern: String,
    },
}
