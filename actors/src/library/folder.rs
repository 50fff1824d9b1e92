use std::{
    fs::File,
    io::Write as _,
    os::fd::{AsFd as _, BorrowedFd, OwnedFd},
    path::Path,
};

use rustix::{
    fs::{AtFlags, Dir, FileType, Mode, OFlags},
    io::Errno,
};

use super::Unusable;

/// A folder of the library, reached without following any link below the library's root.
#[derive(Debug)]
pub(crate) struct Folder {
    descriptor: OwnedFd,
    /// Its path below the library, for people.
    name: String,
}

const FLAGS: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

/// Whether a way below a folder leads to a folder, and over no link. May block.
pub(crate) fn is_real_folder(root: &Path, way: &str) -> bool {
    Folder::open(root, way, Missing::Leave).is_ok_and(|folder| folder.name() == way)
}

/// Whether a missing folder is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It is made, durably.
    Make,
    /// The folder in which it would be made stands for it.
    Leave,
}

impl Folder {
    /// Opens a folder below the root, component by component.
    pub(crate) fn open(root: &Path, path: &str, missing: Missing) -> Result<Self, Unusable> {
        // The root itself may be a link: it is the owner's choice.
        let descriptor = rustix::fs::open(root, OFlags::RDONLY | FLAGS, Mode::empty())
            .map_err(Unusable::io("open the library"))?;
        let mut folder = Self { descriptor, name: String::new() };
        for part in path.split('/').filter(|part| !part.is_empty()) {
            match folder.enter(part) {
                Err(Errno::NOENT) if missing == Missing::Leave => return Ok(folder),
                Err(Errno::NOENT) => {
                    folder.make(part)?;
                    let step = "open a folder of the library";
                    let entered = folder.enter(part).map_err(Unusable::io(step))?;
                    folder = entered;
                }
                Err(Errno::LOOP | Errno::NOTDIR) => {
                    return Err(Unusable::NotAFolder { name: folder.name_of(part) });
                }
                Err(errno) => return Err(Unusable::io("open a folder of the library")(errno)),
                Ok(entered) => folder = entered,
            }
        }
        Ok(folder)
    }

    fn enter(&self, part: &str) -> Result<Self, Errno> {
        if matches!(part, "." | "..") {
            return Err(Errno::NOTDIR);
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | FLAGS;
        let descriptor = rustix::fs::openat(&self.descriptor, part, flags, Mode::empty())?;
        Ok(Self { descriptor, name: self.name_of(part) })
    }

    fn make(&self, part: &str) -> Result<(), Unusable> {
        match rustix::fs::mkdirat(&self.descriptor, part, Mode::from_raw_mode(0o777)) {
            // Another attempt made it this moment.
            Ok(()) | Err(Errno::EXIST) => self.sync(),
            Err(errno) => Err(Unusable::io("make a folder of the library")(errno)),
        }
    }

    fn name_of(&self, part: &str) -> String {
        if self.name.is_empty() { part.to_owned() } else { format!("{}/{part}", self.name) }
    }

    /// Its path below the library.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }

    /// Whether the name is taken, be it by a link that leads nowhere.
    pub(crate) fn has(&self, name: &str) -> Result<bool, Unusable> {
        match rustix::fs::statat(&self.descriptor, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(Unusable::io("look for a name in the library")(errno)),
        }
    }

    /// A file that stands in it, none if it is something else or not there.
    pub(crate) fn file(&self, name: &str) -> Result<Option<File>, Unusable> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = match rustix::fs::openat(&self.descriptor, name, flags, Mode::empty()) {
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO) => return Ok(None),
            opened => opened.map_err(Unusable::io("open a file of the library"))?,
        };
        let facts = rustix::fs::fstat(&opened).map_err(Unusable::io("look at a file of the library"))?;
        Ok(FileType::from_raw_mode(facts.st_mode).is_file().then(|| File::from(opened)))
    }

    /// The names in it, as far as they are text.
    pub(super) fn names(&self) -> Result<Vec<String>, Unusable> {
        let step = "look into a folder of the library";
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.descriptor).map_err(Unusable::io(step))? {
            let entry = entry.map_err(Unusable::io(step))?;
            names.extend(entry.file_name().to_str().ok().map(str::to_owned));
        }
        Ok(names)
    }

    /// Writes a small file of an unfinished job, durably, in place of what has its name: whole, and for all whom the umask lets read
    /// it, since it will be a file of the library. One writer at a time for each name.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Unusable> {
        let step = "write a file of the library";
        let unfinished = format!("{name}.new");
        // What a kill has cut off.
        self.remove(&unfinished)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.descriptor, &unfinished, flags, Mode::from_raw_mode(0o666));
        let mut file = File::from(opened.map_err(Unusable::io(step))?);
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        written.map_err(|source| Unusable::Io { step, source })?;
        let renamed = rustix::fs::renameat(&self.descriptor, &unfinished, &self.descriptor, name);
        renamed.map_err(Unusable::io(step))?;
        self.sync()
    }

    /// Removes a folder in it if nothing is in that one; answers whether it is gone.
    pub(crate) fn remove_empty(&self, name: &str) -> bool {
        rustix::fs::unlinkat(&self.descriptor, name, AtFlags::REMOVEDIR).is_ok()
    }

    pub(crate) fn remove(&self, name: &str) -> Result<(), Unusable> {
        match rustix::fs::unlinkat(&self.descriptor, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(Unusable::io("remove a file from the library")(errno)),
        }
    }

    /// Makes its names durable, where the file system can.
    pub(crate) fn sync(&self) -> Result<(), Unusable> {
        match rustix::fs::fsync(&self.descriptor) {
            // Some FUSE mounts know no such thing for folders.
            Ok(()) | Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(()),
            Err(errno) => Err(Unusable::io("make a name in the library durable")(errno)),
        }
    }
}
