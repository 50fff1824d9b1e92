use mediary_schema::{
    PrincipalId, TokenId,
    watch::{Watch, WatchId},
};
use serde::{Deserialize, Serialize};

/// What can have happened to the watches of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// From now on files are taken from a folder.
    #[serde(rename = "added")]
    Added {
        /// Its id.
        watch_id: WatchId,
        /// What is taken, and by whom.
        added: Box<Added>,
    },
    /// Nothing is taken until somebody adds it again.
    #[serde(rename = "stopped")]
    Stopped {
        /// Which.
        watch_id: WatchId,
        /// Why.
        reason: String,
    },
    /// Nothing is taken from there any more.
    #[serde(rename = "removed")]
    Removed {
        /// Which.
        watch_id: WatchId,
    },
}

/// What is taken, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// From where, which, and what becomes of them.
    pub watch: Watch,
    /// As whom they are taken.
    pub principal: PrincipalId,
    /// By which token: what that may not do any more is not done.
    pub token_id: TokenId,
}
