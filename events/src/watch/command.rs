use mediary_schema::watch::WatchId;

use super::Added;

/// What may be asked of the watches of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take files from a folder.
    Add {
        /// Its id, if it is a new one.
        watch_id: WatchId,
        /// What is taken, and by whom.
        added: Box<Added>,
    },
    /// Take nothing until somebody adds it again.
    Stop {
        /// Which.
        watch_id: WatchId,
        /// Why.
        reason: String,
    },
    /// Take nothing from there any more.
    Remove {
        /// Which.
        watch_id: WatchId,
    },
}
