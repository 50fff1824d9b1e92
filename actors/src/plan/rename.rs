//! Other names for files of a root: each by one rename on its own file system, over nothing, and with what lies beside it.

use std::path::{Path, PathBuf};

use mediary_schema::{
    FileId,
    file::Stamp,
    layout::Sidecar,
    plan::{LeftFor, Step},
};

use super::trash::{Fate, is_planned, parts};
use crate::{
    ffmpeg,
    file::stamp_of,
    library::{Folder, Missing, Mover, Unusable, is_it},
};

/// What players read of a show, and its picture: made by us from its episodes, and made again where they are missing.
const OF_SHOW: [&str; 2] = ["tvshow.nfo", "poster.jpg"];

/// Gives files of one root other names.
#[derive(Debug, Clone)]
pub(super) struct Renamer {
    root: PathBuf,
    mover: Mover,
}

impl Renamer {
    /// Of the root in this folder.
    pub(super) fn of(root: &Path) -> Self {
        Self { root: root.to_owned(), mover: Mover::default() }
    }

    /// What is in the way of a file that is to get another name, in words. May block.
    pub(super) fn obstacle(&self, step: &Step, to: &str, found: Stamp) -> Result<Option<String>, Unusable> {
        let (folder, name) = parts(to);
        let nearest = Folder::open(&self.root, folder, Missing::Leave)?;
        if nearest.name() == folder && nearest.has(name)? && self.seen(to)? != Some(found) {
            return Ok(Some(format!("'{to}', as which '{}' is to be named, is there already", step.path)));
        }
        let device = rustix::fs::fstat(nearest.as_fd()).map(|facts| facts.st_dev);
        let device = device.map_err(Unusable::io("look at a folder"))?;
        let is_near = found.inode.is_none_or(|inode| inode.device == device);
        Ok((!is_near).then(|| format!("'{to}' lies on another disk than '{}'", step.path)))
    }

    /// Gives a file another name, with what lies beside it. One that an earlier attempt has named so is named so. May block.
    pub(super) fn rename(&self, step: &Step, from: &str, to: &str) -> Result<Fate, Unusable> {
        let fate = self.rename_one(step, from, to)?;
        if matches!(fate, Fate::Moved(_)) {
            self.rename_all_beside(step.file_id, &step.sidecars, from, to);
            self.leave(parts(from).0, parts(to).0);
        }
        Ok(fate)
    }

    /// Gives what lies beside a file the name of that. May block.
    pub(super) fn rename_all_beside(&self, file_id: FileId, sidecars: &[Sidecar], from: &str, to: &str) {
        for sidecar in sidecars {
            // Without it the file is whole, and has its name.
            if let Err(error) = self.rename_beside(sidecar, from, to) {
                tracing::warn!(%file_id, ending = sidecar.ending, %error, "what lay beside a file stays behind");
            }
        }
    }

    fn rename_one(&self, step: &Step, from: &str, to: &str) -> Result<Fate, Unusable> {
        let place = self.root.join(from);
        match (self.seen(from)?, self.seen(to)?) {
            (Some(found), Some(there)) if found.inode.is_some() && found == there => {
                if self.respell(from, to)? {
                    return Ok(Fate::Moved(there));
                }
                // Killed between link and removal.
                std::fs::remove_file(&place).map_err(io_error("remove the second name of a file"))?;
                return Ok(Fate::Moved(there));
            }
            // Whatever has its old name since.
            (_, Some(there)) if step.stamp.is_some_and(|planned| planned.is_likely(there)) => {
                return Ok(Fate::Moved(there));
            }
            (None, Some(there)) if is_it_still(step, there) || self.has_bytes(step, to, there)? => {
                return Ok(Fate::Moved(there));
            }
            (None, _) => return Ok(Fate::Left(LeftFor::Gone)),
            (Some(found), _) if !is_planned(step, found) => return Ok(Fate::Left(LeftFor::Otherwise)),
            (Some(_), _) => {}
        }
        let (folder, name) = parts(from);
        let old = Folder::open(&self.root, folder, Missing::Leave)?;
        if old.name() != folder {
            return Ok(Fate::Left(LeftFor::Gone));
        }
        let (new_folder, new_name) = parts(to);
        let new = Folder::open(&self.root, new_folder, Missing::Make)?;
        match self.mover.take(&place, new.as_fd(), new_name, new_folder) {
            Err(Unusable::Taken) => return Ok(Fate::Left(LeftFor::Occupied)),
            taken => drop(taken?),
        }
        match self.seen(to)? {
            Some(stamp) if is_planned(step, stamp) => Ok(Fate::Moved(stamp)),
            // Somebody put another one there this moment.
            Some(_) | None => {
                self.mover.take(&self.root.join(to), old.as_fd(), name, folder)?;
                Ok(Fate::Left(LeftFor::Otherwise))
            }
        }
    }

    /// Whether a file under another name has the bytes that were planned for. Only who reads it knows, where files get other numbers
    /// with each mount, and where nobody knew their numbers. May block.
    fn has_bytes(&self, step: &Step, path: &str, there: Stamp) -> Result<bool, Unusable> {
        if !is_planned(step, there) {
            return Ok(false);
        }
        let (way, name) = parts(path);
        let folder = Folder::open(&self.root, way, Missing::Leave)?;
        let file = if folder.name() == way { folder.file(name)? } else { None };
        let Some(file) = file else { return Ok(false) };
        Ok(ffmpeg::hash_of(file).map_err(io_error("read a file"))? == step.blake3)
    }

    /// Spells the name of a file otherwise if both paths are one name, to a file system that knows no case or no forms of a letter;
    /// answers whether they are. Who took the first of them for a second name would remove the file. May block.
    fn respell(&self, from: &str, to: &str) -> Result<bool, Unusable> {
        let step = "spell the name of a file otherwise";
        let ((folder, name), (new_folder, new_name)) = (parts(from), parts(to));
        let old = Folder::open(&self.root, folder, Missing::Leave)?;
        let new = Folder::open(&self.root, new_folder, Missing::Leave)?;
        let first = rustix::fs::fstat(old.as_fd()).map_err(Unusable::io(step))?;
        let second = rustix::fs::fstat(new.as_fd()).map_err(Unusable::io(step))?;
        if (first.st_dev, first.st_ino) != (second.st_dev, second.st_ino) {
            return Ok(false);
        }
        let mut names = 0;
        for entry in std::fs::read_dir(self.root.join(folder)).map_err(io_error(step))? {
            let found = entry.map_err(io_error(step))?.file_name();
            names += usize::from(found == name || found == new_name);
        }
        if names > 1 {
            return Ok(false);
        }
        rustix::fs::renameat(old.as_fd(), name, new.as_fd(), new_name).map_err(Unusable::io(step))?;
        Ok(true)
    }

    /// What lies beside a file goes with it if it is what was put there; whatever somebody else put there stays.
    fn rename_beside(&self, sidecar: &Sidecar, from: &str, to: &str) -> Result<(), Unusable> {
        let (from, to) = (sidecar.path(from), sidecar.path(to));
        let (folder, name) = parts(&from);
        let old = Folder::open(&self.root, folder, Missing::Leave)?;
        if old.name() != folder || !old.file(name)?.is_some_and(|file| is_it(file, sidecar)) {
            return Ok(());
        }
        let (folder, name) = parts(&to);
        let new = Folder::open(&self.root, folder, Missing::Make)?;
        let (found, there) = (self.seen(&from)?, self.seen(&to)?);
        if found.is_some() && found == there && self.respell(&from, &to)? {
            return Ok(());
        }
        self.mover.take(&self.root.join(&from), new.as_fd(), name, folder).map(drop)
    }

    /// Leaves a folder behind: what it says of its show is taken along, and it is removed once nothing is in it, as are those that
    /// it was in. What goes wrong leaves a folder more.
    fn leave(&self, old: &str, new: &str) {
        // A show has its seasons below it; what lies in a folder of the root itself is of none.
        let ((old_show, _), (new_show, _)) = (parts(old), parts(new));
        if let Err(error) = self.take_along(old_show, new_show) {
            tracing::debug!(%error, folder = old_show, "what a folder says of its show stays in it");
        }
        let mut way = old;
        while !way.is_empty() {
            let (outer, name) = parts(way);
            let is_gone = Folder::open(&self.root, outer, Missing::Leave)
                .is_ok_and(|folder| folder.name() == outer && folder.remove_empty(name));
            if !is_gone {
                return;
            }
            way = outer;
        }
    }

    /// Moves what a folder says of its show into another, once no episode is in it any more.
    fn take_along(&self, old: &str, new: &str) -> Result<(), Unusable> {
        if old.is_empty() || new.is_empty() || old == new {
            return Ok(());
        }
        let step = "look into the folder of a show";
        let only_ours = |folder: &Path| -> std::io::Result<bool> {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                let is_empty_folder =
                    entry.file_type()?.is_dir() && std::fs::read_dir(entry.path())?.next().is_none();
                let is_ours = entry.file_name().to_str().is_some_and(|name| OF_SHOW.contains(&name));
                if !is_ours && !is_empty_folder {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        if !only_ours(&self.root.join(old)).map_err(io_error(step))? {
            return Ok(());
        }
        let (from, to) =
            (Folder::open(&self.root, old, Missing::Leave)?, Folder::open(&self.root, new, Missing::Leave)?);
        if from.name() != old || to.name() != new {
            return Ok(());
        }
        for name in OF_SHOW {
            if from.file(name)?.is_some() && !to.has(name)? {
                self.mover.take(&self.root.join(old).join(name), to.as_fd(), name, new)?;
            }
        }
        Ok(())
    }

    /// Makes durable what was renamed in these folders. May block.
    pub(super) fn sync<'a>(&self, folders: impl IntoIterator<Item = &'a str>) -> Result<(), Unusable> {
        folders.into_iter().try_for_each(|folder| Folder::open(&self.root, folder, Missing::Leave)?.sync())
    }

    fn seen(&self, path: &str) -> Result<Option<Stamp>, Unusable> {
        stamp_of(&self.root.join(path)).map_err(io_error("look at a file"))
    }
}

/// Whether a file under another name is surely the one that was planned for: by its size and moment alone many are.
fn is_it_still(step: &Step, there: Stamp) -> bool {
    step.stamp.is_some_and(|planned| {
        planned.is_likely(there) || (planned.inode.is_none() && planned.is_still(there))
    })
}

fn io_error(step: &'static str) -> impl FnOnce(std::io::Error) -> Unusable {
    move |source| Unusable::Io { step, source }
}

#[cfg(test)]
mod tests;
