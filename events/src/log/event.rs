use mediary_schema::{HostId, log::OpenReason};
use serde::{Deserialize, Serialize};

/// What can have happened to the log itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A new epoch begins: this is its first event.
    #[serde(rename = "opened")]
    Opened {
        /// The version of the program that writes from here on.
        program: String,
        /// The format that it writes.
        format: u32,
        /// The machine that it runs on; none if that has no name of its own.
        host: Option<HostId>,
        /// Why a new epoch begins.
        reason: OpenReason,
    },
}
