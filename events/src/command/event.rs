use serde::{Deserialize, Serialize};

/// What can have happened to a command. Its name and fingerprint stand in the envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// It was accepted, and nothing had to change for it.
    #[serde(rename = "accepted")]
    Accepted {},
}
