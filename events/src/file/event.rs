use mediary_schema::file::{Made, Verified};
use serde::{Deserialize, Serialize};

use crate::{Subject, Subjects};

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
        /// What it is, if it came from a source.
        made: Option<Made>,
    },
}

impl Event {
    pub(super) fn subjects(&self) -> Subjects {
        match self {
            Self::Recorded { made, .. } => Subjects::of([
                made.map(|made| Subject::from(made.item_id)),
                made.map(|made| made.download_id.into()),
                made.map(|made| made.job_id.into()),
            ]),
        }
    }
}
