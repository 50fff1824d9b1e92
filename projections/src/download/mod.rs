//! The view of downloads: one row an item.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    Archived, CALLED, DownloadField, DownloadFilter, DownloadRow, DownloadState, archived, changed_downloads,
    download, downloads, downloads_by_item,
};
pub use view::DownloadView;

pub(crate) use project::Downloads;
pub(crate) use view::{indexes, tables};
