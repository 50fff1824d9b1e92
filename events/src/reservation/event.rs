use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What can have happened to a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The name was claimed.
    #[serde(rename = "taken")]
    Taken {
        /// The reserved name in clear.
        key: String,
        /// Who claims it.
        holder: Uuid,
    },
    /// The claim ended.
    #[serde(rename = "released")]
    Released {
        /// Who had it.
        holder: Uuid,
    },
}
