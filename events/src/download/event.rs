use mediary_schema::{
    FileId, ItemId, JobId, PlanId,
    download::{DownloadItem, EntryRef},
    item::ItemSource,
    job::Failure,
    layout::Described,
};
use serde::{Deserialize, Serialize};

use super::State;
use crate::{Subject, Subjects, asked::is_default};

/// What can have happened to a download.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Somebody wants the item kept.
    #[serde(rename = "requested")]
    Requested {
        /// The job that will do it.
        job_id: JobId,
        /// What is to be kept, frozen.
        item: Box<DownloadItem>,
    },
    /// Its file is in its place, whole and checked.
    #[serde(rename = "completed")]
    Completed {
        /// The job that did it.
        job_id: JobId,
        /// The file.
        file_id: FileId,
        /// What its source said of it then.
        #[serde(default, skip_serializing_if = "is_default")]
        described: Described,
    },
    /// Another file keeps its item from now on: one that was made of the one before and has its place, or that one, which came back.
    #[serde(rename = "file_replaced")]
    FileReplaced {
        /// The other one.
        file_id: FileId,
        /// The plan that did it.
        plan_id: PlanId,
    },
    /// It was given up.
    #[serde(rename = "failed")]
    Failed {
        /// The job that tried.
        job_id: JobId,
        /// What went wrong.
        failure: Failure,
    },
    /// A person ended it.
    #[serde(rename = "cancelled")]
    Cancelled {
        /// The job that was ended.
        job_id: JobId,
    },
    /// Another tool's archive says that it was fetched before; it is not fetched unless asked again.
    #[serde(rename = "archived")]
    Archived {
        /// The item.
        item_id: ItemId,
        /// Where the item was to be had.
        source: ItemSource,
    },
}

impl Event {
    pub(super) fn subjects(&self, before: &State) -> Subjects {
        let known = before.item_id.map(|item_id| (item_id, before.entry));
        let (about, by, file_id) = match self {
            Self::Requested { job_id, item } => {
                (Some((item.item_id, item.entry)), Some((*job_id).into()), None)
            }
            Self::Completed { job_id, file_id, .. } => (known, Some((*job_id).into()), Some(*file_id)),
            Self::FileReplaced { file_id, plan_id } => (known, Some((*plan_id).into()), Some(*file_id)),
            Self::Failed { job_id, .. } | Self::Cancelled { job_id } => (known, Some((*job_id).into()), None),
            Self::Archived { item_id, .. } => (Some((*item_id, None)), None, None),
        };
        let (item_id, entry) = about.map_or((None, None), |(item_id, entry)| (Some(item_id), entry));
        Subjects::of([
            item_id.map(Subject::from),
            entry.map(|EntryRef { playlist_id, .. }| playlist_id.into()),
            entry.map(|EntryRef { entry_id, .. }| entry_id.into()),
            by,
            file_id.map(Subject::from),
        ])
    }
}

impl Event {
    /// The same without addresses, titles and what tools said.
    pub(super) fn redacted(&self) -> Self {
        let mut event = self.clone();
        match &mut event {
            Self::Requested { item, .. } => **item = item.redacted(),
            Self::Failed { failure, .. } => *failure = failure.redacted(),
            Self::Archived { source, .. } => *source = source.redacted(),
            Self::Completed { described, .. } => *described = described.redacted(),
            Self::Cancelled { .. } | Self::FileReplaced { .. } => {}
        }
        event
    }
}
