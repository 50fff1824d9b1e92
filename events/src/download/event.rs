use mediary_schema::{FileId, JobId, download::DownloadItem, item::ItemSource, job::Failure};
use serde::{Deserialize, Serialize};

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
        /// Where the item was to be had.
        source: ItemSource,
    },
}
