use mediary_schema::profile::{ProfileName, Rules};
use serde::{Deserialize, Serialize};

/// What can have happened to the profiles of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// From now on files that are made by this name are made by these rules.
    #[serde(rename = "saved")]
    Saved {
        /// What it is called.
        name: ProfileName,
        /// Which version this is, from 1.
        version: u32,
        /// The rules.
        rules: Box<Rules>,
    },
    /// Nothing is made by this name any more.
    #[serde(rename = "removed")]
    Removed {
        /// What it was called.
        name: ProfileName,
    },
}
