use mediary_schema::{ProjectId, Timestamp};
use serde::{Deserialize, Serialize};

/// What can have happened to the projects of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Things may belong to it from now on.
    #[serde(rename = "created")]
    Created {
        /// Its id.
        project_id: ProjectId,
        /// What people call it.
        name: String,
        /// When it was asked for.
        created_at: Timestamp,
    },
}
