use mediary_schema::{ItemId, file::Verified};
use serde::{Deserialize, Serialize};

/// What can have happened to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// It is in its place, whole and checked.
    #[serde(rename = "recorded")]
    Recorded {
        /// The path below the library, with `/` between folders.
        path: String,
        /// What it is known by.
        verified: Verified,
        /// The item that it keeps, if it came from a source.
        item_id: Option<ItemId>,
    },
}
