//! Where what a job makes gets its place: in the library, or in another root, to whose file system it is brought first.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use mediary_log::whole;
use mediary_schema::{JobId, RootId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Library, Unusable, place};
use crate::{file::Root, staging::Staging};

/// A root, and where on its file system the work of a job lies until it gets its place there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Destination {
    root_id: RootId,
    /// The folder of the root.
    folder: PathBuf,
    /// Where the work waits.
    staging: PathBuf,
}

/// The file that says where it is brought: whoever takes it back looks there.
const DESTINATION: &str = "destination.json";

impl Destination {
    /// For a job whose own folder is this one.
    pub(crate) fn of(root: &Root, own: &Path, log_id: Uuid, job_id: JobId) -> Self {
        let staging = match root.id() {
            RootId::LIBRARY => own.to_owned(),
            _ => Staging::in_library(root.folder(), log_id).of(job_id),
        };
        Self { root_id: root.id(), folder: root.folder().to_owned(), staging }
    }

    /// That of a job that had begun, by its own folder; none if it is that folder, or nothing was brought anywhere.
    pub(crate) fn noted(own: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(own.join(DESTINATION)).ok()?).ok()
    }

    /// Which root.
    pub(crate) const fn root_id(&self) -> RootId {
        self.root_id
    }

    /// The root, as a place for files.
    pub(crate) fn library(&self) -> Library {
        Library::new(&self.folder)
    }

    /// Where the work waits on its file system.
    pub(crate) fn staging(&self) -> &Path {
        &self.staging
    }

    /// Writes down where the work of a job is brought, and makes the folder for it. May block.
    pub(crate) fn prepare(&self, own: &Path) -> Result<(), Unusable> {
        if self.staging == own {
            return Ok(());
        }
        let step = |step| move |source| Unusable::Io { step, source };
        let noted = serde_json::to_vec(self).map_err(io::Error::other);
        let noted = noted.and_then(|bytes| whole::write(&own.join(DESTINATION), &bytes));
        noted.map_err(step("write down where what is made is brought"))?;
        fs::create_dir_all(&self.staging).map_err(step("make a folder beside what a file is made of"))
    }

    /// Brings a file of the job's own folder there, whole: it is copied where both are not on one file system. May block.
    pub(crate) fn bring(&self, own: &Path, name: &str) -> Result<(), Unusable> {
        let (from, to) = (own.join(name), self.staging.join(name));
        if from == to || (to.exists() && !from.exists()) {
            return Ok(());
        }
        let brought = match fs::rename(&from, &to) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                // Under another name until it is whole: an attempt that goes on takes it for that.
                let half = self.staging.join(format!("{name}.half"));
                fs::copy(&from, &half)
                    .and_then(|_| File::open(&half)?.sync_all())
                    .and_then(|()| fs::rename(&half, &to))
                    .and_then(|()| fs::remove_file(&from))
            }
            renamed => renamed,
        };
        brought.map_err(|source| Unusable::Io { step: "bring what was made to the root", source })
    }

    /// Removes what is left of a job there. May block.
    pub(crate) fn clear(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.staging) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// The places below a root that jobs are about to give to files, or have given and not said yet. May block.
pub(crate) fn being_placed(root: &Path, log_id: Uuid) -> BTreeSet<String> {
    let staging = Staging::in_library(root, log_id);
    let jobs = staging.jobs().unwrap_or_default();
    jobs.into_iter()
        .filter_map(|job_id| place::begun(&staging.of(job_id)))
        .map(|placing| placing.path)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_of_a_file_of_another_root_is_brought_there_and_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("library/.mediary/staging/log/job");
        fs::create_dir_all(&own).unwrap();
        let (log_id, job_id) = (Uuid::from_u128(1), JobId::from_uuid(Uuid::from_u128(2)));
        let library = Destination::of(&Root::library(folder.path().join("library")), &own, log_id, job_id);
        library.prepare(&own).unwrap();
        assert_eq!((library.staging(), Destination::noted(&own)), (own.as_path(), None));

        let root = Root::library(folder.path().join("in")).with_id(RootId::from_uuid(Uuid::from_u128(3)));
        let other = Destination::of(&root, &own, log_id, job_id);
        other.prepare(&own).unwrap();
        assert_eq!(Destination::noted(&own).as_ref(), Some(&other));
        assert!(other.staging().starts_with(folder.path().join("in/.mediary/staging")));
        fs::write(own.join("result.mp4"), b"made").unwrap();
        for _ in 0..2 {
            other.bring(&own, "result.mp4").unwrap();
            assert_eq!(fs::read(other.staging().join("result.mp4")).unwrap(), b"made");
        }
        other.clear().unwrap();
        other.clear().unwrap();
        assert!(!other.staging().exists());
    }
}
