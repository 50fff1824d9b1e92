use mediary_schema::JobId;
use serde::{Deserialize, Serialize};

/// What can have happened to a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The name was claimed.
    #[serde(rename = "taken")]
    Taken {
        /// The reserved name in clear.
        key: String,
        /// The job that claims it.
        holder: JobId,
    },
    /// The claim ended.
    #[serde(rename = "released")]
    Released {
        /// The job that had it.
        holder: JobId,
    },
}
