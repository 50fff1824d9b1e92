use mediary_schema::lane::{Hold, Lane};
use serde::{Deserialize, Serialize};

/// What can have happened to the lanes of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Nothing that needs the lane is begun from here on.
    #[serde(rename = "held")]
    Held {
        /// What is held and why.
        hold: Hold,
    },
    /// What needs the lane goes on.
    #[serde(rename = "released")]
    Released {
        /// What was held.
        lane: Lane,
    },
    /// A person wants nothing that needs the lane to be begun.
    #[serde(rename = "paused")]
    Paused {
        /// What is held.
        lane: Lane,
    },
    /// A person lets what needs the lane go on, unless a condition holds it.
    #[serde(rename = "resumed")]
    Resumed {
        /// What was held.
        lane: Lane,
    },
}
