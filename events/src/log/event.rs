use mediary_schema::{DataKeyId, HostId, PrincipalId, log::OpenReason};
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
    /// What belongs to a person is unreadable since this was recorded: the keys that sealed it are destroyed.
    #[serde(rename = "shredded")]
    Shredded {
        /// Whose keys.
        principal_id: PrincipalId,
        /// Which.
        data_key_ids: Vec<DataKeyId>,
        /// On which ground.
        reason: String,
    },
}

impl Event {
    /// The stored names of those that make others unreadable.
    pub const ERASING: [&str; 2] = ["erased", "shredded"];

    /// Whether an event with this envelope made others unreadable.
    pub fn is_erasing(envelope: &Envelope) -> bool {
        envelope.stream.category == super::Logs::NAME && Self::ERASING.contains(&&*envelope.name)
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
