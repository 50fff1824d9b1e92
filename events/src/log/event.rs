use mediary_schema::{HostId, log::OpenReason};
use serde::{Deserialize, Serialize};

use crate::{Concern as _, Envelope};

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
    /// The payloads of events are gone, since this was recorded.
    #[serde(rename = "erased")]
    Erased {
        /// Where the events are, ascending.
        positions: Vec<u64>,
        /// On which ground.
        reason: String,
        /// What stands in for payloads, where their concern could give something.
        replacements: Vec<Replacement>,
    },
}

impl Event {
    /// Whether an event with this envelope erased others.
    pub fn is_erasing(envelope: &Envelope) -> bool {
        envelope.stream.category == super::Logs::NAME && envelope.name == "erased"
    }
}

/// What stands in for a payload that was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// Where the event is.
    pub position: u64,
    /// A payload of the same kind and form, without what had to go.
    pub payload: serde_json::Value,
}
