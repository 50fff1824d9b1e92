use mediary_schema::{
    FileId, ItemId, JobId, PlanId, download::DownloadItem, item::ItemSource, job::Failure, layout::Described,
};

/// What may be asked of a download.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Keep the item. Whether another file of it meets the wish already, the story has looked.
    Request {
        /// The job that will do it.
        job_id: JobId,
        /// What is to be kept, frozen.
        item: Box<DownloadItem>,
    },
    /// Its file is in its place, whole and checked.
    Complete {
        /// The job that did it.
        job_id: JobId,
        /// The file.
        file_id: FileId,
        /// What its source said of it then.
        described: Described,
    },
    /// Another file has the place of the one that keeps its item, or keeps it instead of that.
    ReplaceFile {
        /// The one before.
        before: FileId,
        /// The other one.
        file_id: FileId,
        /// The plan that did it.
        plan_id: PlanId,
    },
    /// It was given up.
    Fail {
        /// The job that tried.
        job_id: JobId,
        /// What went wrong.
        failure: Failure,
    },
    /// A person ended it.
    Cancel {
        /// The job that was ended.
        job_id: JobId,
    },
    /// Another tool's archive says that it was fetched before.
    Archive {
        /// The item.
        item_id: ItemId,
        /// Where the item was to be had.
        source: ItemSource,
    },
}
