use mediary_schema::root::{Folder, RootId, RootKind};
use serde::{Deserialize, Serialize};

/// What can have happened to the roots of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Files may lie below it from now on.
    #[serde(rename = "added")]
    Added {
        /// Its id.
        root_id: RootId,
        /// What it is there for.
        kind: RootKind,
        /// What people call it.
        name: String,
        /// Where it lies.
        folder: Folder,
    },
    /// It lies elsewhere, with all that is in it.
    #[serde(rename = "moved")]
    Moved {
        /// Which.
        root_id: RootId,
        /// Where it lies now.
        folder: Folder,
    },
    /// It is not there: a drive that was taken out, a share that is not mounted.
    #[serde(rename = "went_away")]
    WentAway {
        /// Which.
        root_id: RootId,
    },
    /// It is there again.
    #[serde(rename = "came_back")]
    CameBack {
        /// Which.
        root_id: RootId,
    },
}
