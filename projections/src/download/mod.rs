//! The view of downloads: one row an item.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    DownloadRow, DownloadState, changed_downloads, download, downloads, downloads_by_item, every_archived,
};
pub use view::DownloadView;
