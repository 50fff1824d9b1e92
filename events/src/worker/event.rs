use mediary_schema::{IncarnationId, worker::Offer};
use serde::{Deserialize, Serialize};

/// What can have happened to a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// It began, and whatever it had leased before is lost.
    #[serde(rename = "joined")]
    Joined {
        /// This life of it.
        incarnation_id: IncarnationId,
        /// What it can do.
        offer: Offer,
    },
    /// A part of it is halted; the others go on.
    #[serde(rename = "part_halted")]
    PartHalted {
        /// The name of the part.
        part: String,
        /// What went wrong last.
        reason: String,
    },
    /// The halted part runs again.
    #[serde(rename = "part_resumed")]
    PartResumed {
        /// The name of the part.
        part: String,
    },
}
