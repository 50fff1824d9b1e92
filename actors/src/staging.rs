//! Folders of unfinished work: `staging/<job>`, on the library's file system.
//!
//! One attempt at a time has a job's folder; what an attempt left is there for the next one (DL-05).

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use mediary_schema::JobId;

/// The folder of all unfinished work.
#[derive(Debug, Clone)]
pub struct Staging {
    root: PathBuf,
}

impl Staging {
    /// The folder `staging` of a data folder.
    pub fn new(data: &Path) -> Self {
        Self { root: data.join("staging") }
    }

    /// The folder of one job, which need not exist.
    pub fn of(&self, job_id: JobId) -> PathBuf {
        self.root.join(job_id.to_string())
    }

    /// Makes the folder of one job.
    pub fn open(&self, job_id: JobId) -> io::Result<PathBuf> {
        let folder = self.of(job_id);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Removes the folder of one job, if there is one. Nothing else is ever removed here.
    pub fn remove(&self, job_id: JobId) -> io::Result<()> {
        match fs::remove_dir_all(self.of(job_id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Jobs that have a folder.
    pub fn jobs(&self) -> io::Result<HashSet<JobId>> {
        let entries = match fs::read_dir(&self.root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(HashSet::new()),
            Err(error) => return Err(error),
        };
        let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
        names
            .filter_map(|name| match name {
                Ok(name) => name.to_str().and_then(|name| name.parse().ok()).map(Ok),
                Err(error) => Some(Err(error)),
            })
            .collect()
    }
}
