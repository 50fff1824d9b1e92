use mediary_schema::{
    JobId,
    job::Failure,
    plan::{Goal, Left, Spared, Step},
};
use serde::{Deserialize, Serialize};

use crate::Subjects;

/// What can have happened to a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// It was made; what becomes of each file is told with it, a page at a time.
    #[serde(rename = "made")]
    Made {
        /// What it is for.
        goal: Goal,
        /// How many files it touches.
        file_count: u32,
        /// How many bytes they have, with what lies beside them.
        size_bytes: u64,
        /// How many files that were named stay where they are.
        spared_count: u32,
    },
    /// A page of what becomes of files.
    #[serde(rename = "listed")]
    Listed {
        /// What becomes of each file.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        steps: Vec<Step>,
        /// Files that stay where they are.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        spared: Vec<Spared>,
    },
    /// Somebody wants it done.
    #[serde(rename = "apply_requested")]
    ApplyRequested {
        /// The job that does it.
        job_id: JobId,
    },
    /// It was done.
    #[serde(rename = "applied")]
    Applied {
        /// The job that did it.
        job_id: JobId,
        /// Files that were not touched.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left: Vec<Left>,
    },
    /// Somebody wants it taken back.
    #[serde(rename = "undo_requested")]
    UndoRequested {
        /// The job that does it.
        job_id: JobId,
    },
    /// It was taken back.
    #[serde(rename = "undone")]
    Undone {
        /// The job that did it.
        job_id: JobId,
        /// Files that were not touched.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left: Vec<Left>,
    },
    /// The job came to nothing, or was ended in the middle: what it did until then is done.
    #[serde(rename = "stopped")]
    Stopped {
        /// The job.
        job_id: JobId,
        /// What went wrong; none if a person ended it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    },
}

impl Event {
    /// Files of a page: an event that names them stays far below the longest one.
    pub(super) const PAGE: usize = 200;

    pub(super) fn subjects(&self) -> Subjects {
        match self {
            Self::Made {
                goal:
                    Goal::Unfollow { playlist_id, .. } | Goal::RenameFiles { playlist_id: Some(playlist_id) },
                ..
            } => Subjects::of([Some((*playlist_id).into())]),
            // Its files are more than an event may name: each says itself by which plan it was moved.
            Self::Made { .. } | Self::Listed { .. } => Subjects::none(),
            Self::ApplyRequested { job_id }
            | Self::Applied { job_id, .. }
            | Self::UndoRequested { job_id }
            | Self::Undone { job_id, .. }
            | Self::Stopped { job_id, .. } => Subjects::of([Some((*job_id).into())]),
        }
    }

    /// The same without paths, and what tells a file from others.
    pub(super) fn redacted(&self) -> Self {
        let mut event = self.clone();
        match &mut event {
            Self::Listed { steps, .. } => {
                for step in steps {
                    step.path.clear();
                    step.blake3.clear();
                    step.to = None;
                    step.sidecars.clear();
                    if let Some(by) = &mut step.by {
                        by.path.clear();
                        by.blake3.clear();
                        by.sidecars.clear();
                    }
                }
            }
            // As in the list's own event: without its words nobody knows what a filter skips.
            Self::Made { goal: Goal::Unfollow { followed, .. }, .. } => **followed = followed.redacted(),
            Self::Stopped { failure, .. } => *failure = failure.as_ref().map(Failure::redacted),
            Self::Made { .. }
            | Self::ApplyRequested { .. }
            | Self::Applied { .. }
            | Self::UndoRequested { .. }
            | Self::Undone { .. } => {}
        }
        event
    }
}
