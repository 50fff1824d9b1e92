//! Other names for files of a root: each by one rename on its own file system, over nothing, and with what lies beside it.

use std::path::{Path, PathBuf};

use mediary_schema::{
    file::Stamp,
    layout::Sidecar,
    plan::{LeftFor, Step},
};

use super::trash::{Fate, is_planned, parts};
use crate::{
    download::{Folder, Missing, Mover, Unusable, is_it},
    file::stamp_of,
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
            for sidecar in &step.sidecars {
                // Without it the file is whole, and has its name.
                if let Err(error) = self.rename_beside(sidecar, from, to) {
                    tracing::warn!(file_id = %step.file_id, ending = sidecar.ending, %error, "what lay beside a file stays behind");
                }
            }
            self.leave(parts(from).0, parts(to).0);
        }
        Ok(fate)
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
            (None, Some(there)) if is_it_still(step, there) => return Ok(Fate::Moved(there)),
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
        let (old_show, new_show) = (first_of(old), first_of(new));
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

/// The outermost folder of a way.
fn first_of(way: &str) -> &str {
    way.split('/').next().unwrap_or_default()
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
mod tests {
    use std::fs;

    use mediary_schema::{FileId, RootId, file::FileState, layout::SidecarKind};
    use uuid::Uuid;

    use super::*;

    const OLD: &str = "Cats/First [1].mp4";
    const NEW: &str = "Cats/Season 2025/Cats - First [1].mp4";

    /// A root with a file and two beside it, one of which somebody has written since.
    fn shelf() -> (tempfile::TempDir, Step) {
        let root = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let place = root.path().join(name);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        };
        put(OLD, "film");
        put("Cats/First [1].nfo", "nfo");
        put("Cats/First [1].en.vtt", "written since");
        let sidecar = |kind, ending: &str, text: &str| Sidecar {
            kind,
            language: None,
            ending: ending.to_owned(),
            size_bytes: text.len() as u64,
            blake3: blake3::hash(text.as_bytes()).to_hex().to_string(),
        };
        let step = Step {
            file_id: FileId::from_uuid(Uuid::from_u128(1)),
            version: 1,
            state: FileState::Present,
            root_id: RootId::LIBRARY,
            path: OLD.to_owned(),
            size_bytes: 4,
            blake3: String::new(),
            stamp: stamp_of(&root.path().join(OLD)).unwrap(),
            to: Some(NEW.to_owned()),
            sidecars: vec![
                sidecar(SidecarKind::Nfo, ".nfo", "nfo"),
                sidecar(SidecarKind::Subtitles, ".en.vtt", "words"),
            ],
        };
        (root, step)
    }

    fn all(root: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path.clone());
                }
                found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
        found.sort();
        found
    }

    // DL-03, PL-14.
    // invariant: F-24
    #[test]
    fn a_file_gets_another_name_with_what_is_its_own_and_gets_the_old_one_back() {
        let (root, step) = shelf();
        let renamer = Renamer::of(root.path());
        let there = all(root.path());
        let fate = renamer.rename(&step, OLD, NEW).unwrap();
        assert!(matches!(fate, Fate::Moved(_)), "{fate:?}");
        let expected = [
            "Cats",
            "Cats/First [1].en.vtt",
            "Cats/Season 2025",
            "Cats/Season 2025/Cats - First [1].mp4",
            "Cats/Season 2025/Cats - First [1].nfo",
        ];
        assert_eq!(all(root.path()), expected);
        // Once more, by an attempt that goes on: it is named so already.
        assert!(matches!(renamer.rename(&step, OLD, NEW).unwrap(), Fate::Moved(_)));
        assert!(matches!(renamer.rename(&step, NEW, OLD).unwrap(), Fate::Moved(_)));
        assert_eq!(all(root.path()), there, "folders that are empty are gone");
    }

    // invariant: F-24
    #[test]
    fn a_name_that_is_taken_and_a_file_that_was_written_are_left() {
        let (root, step) = shelf();
        let renamer = Renamer::of(root.path());
        let found = step.stamp.unwrap();
        assert_eq!(renamer.obstacle(&step, NEW, found).unwrap(), None);
        fs::create_dir_all(root.path().join("Cats/Season 2025")).unwrap();
        fs::write(root.path().join(NEW), "other").unwrap();
        assert!(renamer.obstacle(&step, NEW, found).unwrap().unwrap().contains("is there already"));
        assert_eq!(renamer.rename(&step, OLD, NEW).unwrap(), Fate::Left(LeftFor::Occupied));
        assert_eq!(fs::read_to_string(root.path().join(NEW)).unwrap(), "other");
        fs::write(root.path().join(OLD), "longer than planned").unwrap();
        assert_eq!(renamer.rename(&step, OLD, "Cats/x.mp4").unwrap(), Fate::Left(LeftFor::Otherwise));
        fs::remove_file(root.path().join(OLD)).unwrap();
        assert_eq!(renamer.rename(&step, OLD, "Cats/x.mp4").unwrap(), Fate::Left(LeftFor::Gone));
        // A link that leads out of the root is no folder of it.
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
        fs::write(root.path().join(OLD), "film").unwrap();
        let step = Step { stamp: stamp_of(&root.path().join(OLD)).unwrap(), ..step };
        assert!(matches!(renamer.rename(&step, OLD, "out/x.mp4"), Err(Unusable::NotAFolder { .. })));
    }

    // DL-03: names that differ by case alone are one on memory cards and on shares of other systems.
    // invariant: F-24
    #[test]
    fn of_two_names_the_old_one_goes_and_of_one_name_in_two_spellings_none() {
        let (root, step) = shelf();
        let renamer = Renamer::of(root.path());
        let there = |name: &str| root.path().join(name);
        // Every file system knows two spellings of this one.
        let spelled = "Cats//First [1].mp4";
        assert!(matches!(renamer.rename(&step, OLD, spelled).unwrap(), Fate::Moved(_)));
        assert_eq!(fs::read_to_string(there(OLD)).unwrap(), "film");
        assert_eq!(fs::read_to_string(there("Cats/First [1].nfo")).unwrap(), "nfo");
        // Killed between link and removal, where case tells names apart.
        let other = "Cats/first [1].mp4";
        fs::hard_link(there(OLD), there(other)).unwrap();
        assert!(matches!(renamer.rename(&step, OLD, other).unwrap(), Fate::Moved(_)));
        assert!(!there(OLD).exists());
        assert_eq!(fs::read_to_string(there(other)).unwrap(), "film");
    }

    // invariant: F-24
    #[test]
    fn what_lies_beside_a_file_follows_one_that_has_its_name_already() {
        let (root, step) = shelf();
        // Killed behind the first of them, and somebody has taken the old name since.
        fs::create_dir_all(root.path().join("Cats/Season 2025")).unwrap();
        fs::rename(root.path().join(OLD), root.path().join(NEW)).unwrap();
        fs::write(root.path().join(OLD), "somebody's").unwrap();
        let fate = Renamer::of(root.path()).rename(&step, OLD, NEW).unwrap();
        assert!(matches!(fate, Fate::Moved(_)), "{fate:?}");
        let read = |name: &str| fs::read_to_string(root.path().join(name)).unwrap();
        assert_eq!(read("Cats/Season 2025/Cats - First [1].nfo"), "nfo");
        assert_eq!((read(OLD).as_str(), read(NEW).as_str()), ("somebody's", "film"));
    }

    #[test]
    fn what_a_folder_says_of_its_show_goes_with_the_last_episode() {
        let (root, step) = shelf();
        let renamer = Renamer::of(root.path());
        fs::remove_file(root.path().join("Cats/First [1].en.vtt")).unwrap();
        fs::write(root.path().join("Cats/tvshow.nfo"), "show").unwrap();
        renamer.rename(&step, OLD, "Dogs/First.mp4").unwrap();
        assert_eq!(all(root.path()), ["Dogs", "Dogs/First.mp4", "Dogs/First.nfo", "Dogs/tvshow.nfo"]);
    }
}
