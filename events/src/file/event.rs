use mediary_schema::{
    FileId, PlanId, RootId,
    file::{FileState, Made, Stamp, Verified},
    layout::{MissingSidecar, Sidecar},
    plan::Lease,
};
use serde::{Deserialize, Serialize};

use super::State;
use crate::{Subject, Subjects};

/// What can have happened to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// It is in its place, whole and checked.
    #[serde(rename = "recorded")]
    Recorded {
        /// Below which folder it lies.
        root: RootId,
        /// The path below that, with `/` between folders.
        path: String,
        /// What it is known by.
        verified: Box<Verified>,
        /// What it is, if it came from a source.
        made: Option<Made>,
        /// What the file system said of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stamp: Option<Stamp>,
    },
    /// Its bytes are in their place, as they were recorded: again, or under another stamp.
    #[serde(rename = "found")]
    Found {
        /// What the file system says of them.
        stamp: Stamp,
    },
    /// Its bytes have another path below the same folder, as they were recorded: somebody renamed it, or a plan did, and with it what
    /// lies beside it.
    #[serde(rename = "moved")]
    Moved {
        /// The path, with `/` between folders.
        path: String,
        /// What the file system says of them.
        stamp: Stamp,
        /// The plan that renamed it, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan_id: Option<PlanId>,
    },
    /// This lies beside it, and nothing else that was made for it.
    #[serde(rename = "accompanied")]
    Accompanied {
        /// What, each by what stands in place of the file's ending.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sidecars: Vec<Sidecar>,
        /// What was to be, too, was offered by its source, and is not there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        missing: Vec<MissingSidecar>,
    },
    /// Other bytes are in its place, in the file that it was.
    #[serde(rename = "changed")]
    Changed {
        /// What the file system says of them.
        stamp: Stamp,
    },
    /// Nothing is in its place, and nobody here took it away.
    #[serde(rename = "lost")]
    Lost {},
    /// Its bytes were put into the trash.
    #[serde(rename = "trashed")]
    Trashed {
        /// By which plan, and until when they stay there.
        lease: Lease,
    },
    /// Its bytes came back out of the trash into their place.
    #[serde(rename = "restored")]
    Restored {
        /// By which plan they were put there.
        plan_id: PlanId,
        /// How it stands with them: as before they were put there.
        state: FileState,
        /// What the file system says of them.
        stamp: Stamp,
    },
    /// Its bytes were destroyed in the trash, where their time was over.
    #[serde(rename = "purged")]
    Purged {},
    /// Another file is in its place: for good if that is a kept one, else as long as it is there.
    #[serde(rename = "replaced")]
    Replaced {
        /// The other one, if it is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<FileId>,
        /// What the file system says of the other one, if nobody recorded it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stamp: Option<Stamp>,
    },
}

impl Event {
    pub(super) fn subjects(&self, before: &State) -> Subjects {
        let (made, other) = match self {
            Self::Recorded { made, .. } => (*made, None),
            Self::Replaced { by, .. } => (before.made, by.map(Subject::from)),
            Self::Trashed { lease: Lease { plan_id, .. } } | Self::Restored { plan_id, .. } => {
                (before.made, Some((*plan_id).into()))
            }
            Self::Moved { plan_id, .. } => (before.made, plan_id.map(Subject::from)),
            Self::Found { .. }
            | Self::Accompanied { .. }
            | Self::Changed { .. }
            | Self::Lost {}
            | Self::Purged {} => (before.made, None),
        };
        Subjects::of([
            made.map(|made| Subject::from(made.item_id)),
            made.map(|made| made.download_id.into()),
            made.map(|made| made.job_id.into()),
            other,
        ])
    }
}
