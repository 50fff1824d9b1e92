//! The mark of a library: by it a folder is known as the one whose files are in the log.
//!
//! A disk that is not mounted leaves an empty folder behind, or none, and that says nothing of the files on it. An empty
//! file in the library's hidden folder, named after the log, is where the files are: it goes with the disk and with a
//! copy of it, and not with the mount point. The number of the file system would not do: it changes with a reboot.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use mediary_log::whole;
use mediary_schema::root::OWN_FOLDER;
use uuid::Uuid;

/// The mark of one log in one library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    path: PathBuf,
}

impl Mark {
    /// The mark of a log in a library.
    pub fn of(library: &Path, log_id: Uuid) -> Self {
        Self { path: library.join(OWN_FOLDER).join("known").join(log_id.to_string()) }
    }

    /// Whether the folder has it. May block.
    pub fn is_there(&self) -> bool {
        self.path.is_file()
    }

    /// Marks the folder, which is made if it is missing. May block.
    pub fn make(&self) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        whole::write(&self.path, &[])
    }
}
