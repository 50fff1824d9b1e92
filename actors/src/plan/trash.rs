//! The trash of a root: a hidden folder in it, on its file system, in which each file has its id as its name.

use std::{
    io,
    path::{Path, PathBuf},
};

use mediary_events::file::State;
use mediary_schema::{
    FileId,
    file::Stamp,
    layout::Sidecar,
    plan::{LeftFor, Step},
    root::OWN_FOLDER,
};

use crate::{
    file::{stamp_of, trash_of},
    library::{Folder, Missing, Mover, Unusable, is_it},
};

/// Its name in the platform's own folder.
const NAME: &str = "trash";

/// The trash of one root.
#[derive(Debug, Clone)]
pub(super) struct Trash {
    root: PathBuf,
    mover: Mover,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was moved; what the file system says of it.
    Moved(Stamp),
    /// It stays where it was.
    Left(LeftFor),
}

impl Trash {
    /// The trash of the root in this folder.
    pub(super) fn of(root: &Path) -> Self {
        Self { root: root.to_owned(), mover: Mover::default() }
    }

    pub(super) fn way() -> String {
        format!("{OWN_FOLDER}/{NAME}")
    }

    /// Where a file is, once it is in the trash.
    pub(super) fn place(&self, file_id: FileId) -> PathBuf {
        trash_of(&self.root).join(file_id.uuid().to_string())
    }

    /// The name in the trash of what lay beside a file, by its place among them.
    fn beside(file_id: FileId, number: usize) -> String {
        format!("{}-{number}", file_id.uuid())
    }

    /// Whether a file lies on the disk of the trash, so that it can be renamed into it. May block.
    pub(super) fn has_disk_of(&self, found: Stamp) -> Result<bool, Unusable> {
        let folder = Folder::open(&self.root, &Self::way(), Missing::Make)?;
        let device = rustix::fs::fstat(folder.as_fd()).map(|facts| facts.st_dev);
        let device = device.map_err(Unusable::io("look at the trash"))?;
        Ok(found.inode.is_none_or(|inode| inode.device == device))
    }

    /// What is in the place of a file now. May block.
    pub(super) fn found(&self, step: &Step) -> Result<Option<Stamp>, Unusable> {
        stamp_of(&self.root.join(&step.path)).map_err(io_error("look at a file"))
    }

    /// How many bytes more are in the trash once a file is, with what lies beside it: what an earlier attempt has put there is
    /// counted with all that is there. May block.
    pub(super) fn needed_bytes(&self, step: &Step) -> u64 {
        let file = (self.place(step.file_id), step.size_bytes);
        // What lies beside a file that is replaced stays there.
        let goes_along = step.sidecars.iter().filter(|_| step.by.is_none());
        let beside = goes_along.enumerate().map(|(number, sidecar)| {
            let own = Self::beside(step.file_id, number);
            (trash_of(&self.root).join(own), sidecar.size_bytes)
        });
        let is_there = |place: &Path| stamp_of(place).is_ok_and(|found| found.is_some());
        let missing = std::iter::once(file).chain(beside).filter(|(place, _)| !is_there(place));
        missing.map(|(_, size_bytes)| size_bytes).sum()
    }

    /// Puts a file into the trash, with what lies beside it. One that an earlier attempt has put there is there. May block.
    pub(super) fn take(&self, step: &Step) -> Result<Fate, Unusable> {
        let fate = self.take_one(step)?;
        if matches!(fate, Fate::Moved(_)) {
            self.take_beside(step.file_id, &step.sidecars, &step.path);
        }
        Ok(fate)
    }

    /// Puts into the trash what lies beside a file that has this path. May block.
    pub(super) fn take_beside(&self, file_id: FileId, sidecars: &[Sidecar], path: &str) {
        self.accompany(file_id, sidecars, path, |trash, own, folder, name, sidecar| {
            let is_ours = folder.file(name)?.is_some_and(|file| is_it(file, sidecar));
            if is_ours && !trash.has(own)? {
                let place = self.root.join(sidecar.path(path));
                self.mover.take(&place, trash.as_fd(), own, NAME)?;
            }
            Ok(())
        });
    }

    /// Does something with what lies beside a file, and what of it is in the trash. What goes wrong is told: without it the file is
    /// whole.
    fn accompany(
        &self,
        file_id: FileId,
        sidecars: &[Sidecar],
        path: &str,
        each: impl Fn(&Folder, &str, &Folder, &str, &Sidecar) -> Result<(), Unusable>,
    ) {
        let trash = Folder::open(&self.root, &Self::way(), Missing::Make);
        let Ok(trash) = trash else { return };
        for (number, sidecar) in sidecars.iter().enumerate() {
            let place = sidecar.path(path);
            let (way, name) = parts(&place);
            let own = Self::beside(file_id, number);
            let done = Folder::open(&self.root, way, Missing::Leave).and_then(|folder| {
                if folder.name() == way { each(&trash, &own, &folder, name, sidecar) } else { Ok(()) }
            });
            if let Err(error) = done {
                tracing::warn!(%file_id, ending = sidecar.ending, %error, "what lay beside a file stays behind");
            }
        }
    }

    fn take_one(&self, step: &Step) -> Result<Fate, Unusable> {
        let (place, own) = (self.root.join(&step.path), self.place(step.file_id));
        let trash = Folder::open(&self.root, &Self::way(), Missing::Make)?;
        if let Some(stamp) = stamp_of(&own).map_err(io_error("look at the trash"))? {
            if stamp_of(&place).map_err(io_error("look at a file"))?.is_some_and(|found| found == stamp) {
                // Killed between link and removal.
                std::fs::remove_file(&place).map_err(io_error("remove the second name of a file"))?;
            }
            return Ok(Fate::Moved(stamp));
        }
        let (folder, name) = parts(&step.path);
        let from = Folder::open(&self.root, folder, Missing::Leave)?;
        if from.name() != folder {
            return Ok(Fate::Left(LeftFor::Gone));
        }
        match self.found(step)? {
            None => return Ok(Fate::Left(LeftFor::Gone)),
            Some(found) if !is_planned(step, found) => return Ok(Fate::Left(LeftFor::Otherwise)),
            Some(_) => {}
        }
        let key = step.file_id.uuid().to_string();
        self.mover.take(&place, trash.as_fd(), &key, NAME)?;
        let moved = stamp_of(&own).map_err(io_error("look at the trash"))?;
        match moved {
            Some(stamp) if is_planned(step, stamp) => Ok(Fate::Moved(stamp)),
            // Somebody put another one there this moment.
            Some(_) | None => {
                self.mover.take(&own, from.as_fd(), name, folder)?;
                Ok(Fate::Left(LeftFor::Otherwise))
            }
        }
    }

    /// Puts a file back into its place, with what lay beside it. One that an earlier attempt has put there is there. May block.
    pub(super) fn give_back(&self, step: &Step) -> Result<Fate, Unusable> {
        let fate = self.give_back_one(step)?;
        if matches!(fate, Fate::Moved(_)) {
            self.accompany(step.file_id, &step.sidecars, &step.path, |trash, own, folder, name, _| {
                if trash.has(own)? {
                    let own = trash_of(&self.root).join(own);
                    self.mover.take(&own, folder.as_fd(), name, folder.name())?;
                }
                Ok(())
            });
        }
        Ok(fate)
    }

    fn give_back_one(&self, step: &Step) -> Result<Fate, Unusable> {
        let own = self.place(step.file_id);
        let Some(stamp) = stamp_of(&own).map_err(io_error("look at the trash"))? else {
            return Ok(match self.found(step)? {
                Some(found) if is_planned(step, found) => Fate::Moved(found),
                Some(_) => Fate::Left(LeftFor::Occupied),
                None => Fate::Left(LeftFor::Gone),
            });
        };
        let (folder, name) = parts(&step.path);
        let to = Folder::open(&self.root, folder, Missing::Make)?;
        match self.mover.take(&own, to.as_fd(), name, folder) {
            Ok(_) => Ok(Fate::Moved(stamp)),
            Err(Unusable::Taken) => Ok(Fate::Left(LeftFor::Occupied)),
            Err(error) => Err(error),
        }
    }

    /// Makes durable what was moved between the trash and these folders. May block.
    pub(super) fn sync<'a>(&self, folders: impl IntoIterator<Item = &'a str>) -> Result<(), Unusable> {
        Folder::open(&self.root, &Self::way(), Missing::Make)?.sync()?;
        folders.into_iter().try_for_each(|folder| Folder::open(&self.root, folder, Missing::Leave)?.sync())
    }

    /// Destroys the bytes of a file that is in the trash, for good; answers whether they are gone. Those that are back in their
    /// place are not: somebody is about to say so. May block.
    pub(super) fn destroy(&self, file_id: FileId, known: &State) -> Result<bool, Unusable> {
        let folder = Folder::open(&self.root, &Self::way(), Missing::Make)?;
        let key = file_id.uuid().to_string();
        if !folder.has(&key)? {
            let place = known.path.as_ref().map(|path| self.root.join(path));
            let found =
                place.map_or(Ok(None), |place| stamp_of(&place)).map_err(io_error("look at a file"))?;
            return Ok(!found.zip(known.seen).is_some_and(|(found, seen)| seen.is_still(found)));
        }
        // The file last: whoever is killed in between finds it, and goes on.
        for number in 0..known.sidecars.len() {
            folder.remove(&Self::beside(file_id, number))?;
        }
        folder.remove(&key)?;
        folder.sync()?;
        Ok(true)
    }
}

/// The folder of a path and the name in it.
pub(super) fn parts(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether this is the file that was planned for, as far as a stamp can tell.
pub(super) fn is_planned(step: &Step, found: Stamp) -> bool {
    step.stamp.map_or(step.size_bytes == found.size_bytes, |planned| planned.is_still(found))
}

fn io_error(step: &'static str) -> impl FnOnce(io::Error) -> Unusable {
    move |source| Unusable::Io { step, source }
}
