//! Folders of unfinished work, one for each job: what will be a file of the library lies beside it, on its
//! file system; what never becomes one lies in the data folder.
//!
//! One attempt at a time has a job's folder; what an attempt left is there for the next one (DL-05).

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use mediary_log::whole;
use mediary_schema::{AttemptId, JobId, root::OWN_FOLDER};
use uuid::Uuid;

use crate::cookies;

/// The file that says which attempt began with how many bytes.
const BEGUN: &str = "begun";

/// The folder of all unfinished work.
#[derive(Debug, Clone)]
pub struct Staging {
    root: PathBuf,
}

impl Staging {
    /// The folder `staging` of a data folder.
    pub fn in_data(data: &Path) -> Self {
        Self { root: data.join("staging") }
    }

    /// A folder beside the files of a library. It carries the log's id, so that two servers with one
    /// library leave each other's unfinished work alone.
    pub fn in_library(library: &Path, log_id: Uuid) -> Self {
        Self { root: Self::beside(library).join(log_id.to_string()) }
    }

    /// The folder of a library's unfinished files, of whatever server.
    pub fn beside(library: &Path) -> PathBuf {
        library.join(OWN_FOLDER).join("staging")
    }

    /// The folder in which those of the jobs lie, which need not exist.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of one job, which need not exist.
    pub fn of(&self, job_id: JobId) -> PathBuf {
        self.root.join(job_id.to_string())
    }

    /// Makes the folder of a job for an attempt, and notes how much is there when it begins.
    pub fn begin(&self, job_id: JobId, attempt_id: AttemptId) -> io::Result<()> {
        let folder = self.of(job_id);
        fs::create_dir_all(&folder)?;
        cookies::sweep(&folder)?;
        let found = format!("{attempt_id} {}", size_bytes(&folder)?);
        whole::write(&folder.join(BEGUN), found.as_bytes())
    }

    /// Takes away what killed attempts may have left of secrets.
    pub fn sweep(&self) -> io::Result<()> {
        self.jobs()?.into_iter().try_for_each(|job_id| cookies::sweep(&self.of(job_id)))
    }

    /// Whether an attempt left more behind than it found.
    pub fn has_progressed(&self, job_id: JobId, attempt_id: AttemptId) -> bool {
        let folder = self.of(job_id);
        let Ok(noted) = fs::read_to_string(folder.join(BEGUN)) else { return false };
        let Some(found) = noted.strip_prefix(&format!("{attempt_id} ")) else { return false };
        let found: u64 = found.parse().unwrap_or(u64::MAX);
        size_bytes(&folder).is_ok_and(|left| left > found)
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

/// The size of all files below a folder, the note of its beginning left out.
pub(crate) fn size_bytes(folder: &Path) -> io::Result<u64> {
    let mut size = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            size += size_bytes(&entry.path())?;
        } else if entry.file_name() != BEGUN {
            size += metadata.len();
        }
    }
    Ok(size)
}

#[cfg(test)]
mod tests;
