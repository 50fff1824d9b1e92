use mediary_schema::{Label, template::Settings};
use serde::{Deserialize, Serialize};

/// What can have happened to the templates of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// From now on jobs that are started by this name have these settings.
    #[serde(rename = "saved")]
    Saved {
        /// What people call it.
        name: Label,
        /// Which version this is, from 1.
        version: u32,
        /// What jobs have that are started by it.
        settings: Settings,
    },
    /// Nothing is started by this name any more.
    #[serde(rename = "removed")]
    Removed {
        /// What people called it.
        name: Label,
    },
}
