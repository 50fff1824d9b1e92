use mediary_schema::{JobId, preview::Found};
use serde::{Deserialize, Serialize};

/// What can have happened to a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Somebody wanted to know what is there.
    #[serde(rename = "requested")]
    Requested {
        /// The job that looks.
        job_id: JobId,
        /// The address.
        url: String,
    },
    /// It was looked at.
    #[serde(rename = "found")]
    Found {
        /// The job that looked.
        job_id: JobId,
        /// What is there.
        found: Found,
    },
    /// It could not be looked at, or a person ended it: the job says why.
    #[serde(rename = "failed")]
    Failed {
        /// The job that came to nothing.
        job_id: JobId,
    },
}

impl Event {
    /// What is left of it where its words are gone.
    pub(super) fn redacted(&self) -> Self {
        let mut event = self.clone();
        match &mut event {
            Self::Requested { url, .. } => url.clear(),
            Self::Found { found, .. } => {
                found.title = None;
                found.first.clear();
                found.lists.clear();
            }
            Self::Failed { .. } => {}
        }
        event
    }
}
