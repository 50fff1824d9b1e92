//! The view of files.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    CALLED, FileField, FileFilter, FileRow, changed_files, file, files, files_by_id, files_by_path,
};
pub use view::FileView;
