use std::{os::fd::BorrowedFd, path::Path};

use rustix::{
    fs::{AtFlags, CWD, RenameFlags},
    io::{Errno, Result},
};

use super::{Folder, Unusable};

/// Gives a file another name, but never that of a file that is there.
///
/// The kernel's own rename does it in one step. Where a file system knows no such rename (NFS, many FUSE
/// mounts), a second name does: a link is never made over a file either, and a crash between link and
/// removal leaves one file with two names, which the next attempt recognises.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mover {
    rename: Step,
    link: Step,
    exchange: Exchange,
}

/// One way to give the file at the path a name in the folder.
type Step = fn(&Path, BorrowedFd<'_>, &str) -> Result<()>;

/// The way to exchange what two names lead to.
type Exchange = fn(BorrowedFd<'_>, &str, BorrowedFd<'_>, &str) -> Result<()>;

/// How files get their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By one rename.
    Rename,
    /// By a second name and the removal of the first.
    Link,
}

impl Default for Mover {
    fn default() -> Self {
        Self { rename, link, exchange }
    }
}

fn exchange(folder: BorrowedFd<'_>, name: &str, other: BorrowedFd<'_>, other_name: &str) -> Result<()> {
    rustix::fs::renameat_with(folder, name, other, other_name, RenameFlags::EXCHANGE)
}

fn rename(file: &Path, folder: BorrowedFd<'_>, name: &str) -> Result<()> {
    rustix::fs::renameat_with(CWD, file, folder, name, RenameFlags::NOREPLACE)
}

fn link(file: &Path, folder: BorrowedFd<'_>, name: &str) -> Result<()> {
    rustix::fs::linkat(CWD, file, folder, name, AtFlags::empty())
}

impl Mover {
    /// A mover on a file system that answers otherwise.
    #[cfg(test)]
    pub(crate) fn with(rename: Step, link: Step) -> Self {
        Self { rename, link, exchange: |_, _, _, _| Err(Errno::INVAL) }
    }

    /// Exchanges what two names lead to, in one step; answers whether the file system knows such a step.
    pub(crate) fn exchange(
        self,
        (folder, name): (&Folder, &str),
        (other, other_name): (&Folder, &str),
    ) -> std::result::Result<bool, Unusable> {
        match (self.exchange)(folder.as_fd(), name, other.as_fd(), other_name) {
            Ok(()) => Ok(true),
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(false),
            Err(errno) => Err(refusal(errno, other.name())),
        }
    }

    /// Moves the file; `place` is the folder's name for people.
    pub(crate) fn take(
        self,
        file: &Path,
        folder: BorrowedFd<'_>,
        name: &str,
        place: &str,
    ) -> std::result::Result<Way, Unusable> {
        match (self.rename)(file, folder, name) {
            Ok(()) => Ok(Way::Rename),
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                self.take_by_link(file, folder, name, place)
            }
            Err(errno) => Err(refusal(errno, place)),
        }
    }

    fn take_by_link(
        self,
        file: &Path,
        folder: BorrowedFd<'_>,
        name: &str,
        place: &str,
    ) -> std::result::Result<Way, Unusable> {
        match (self.link)(file, folder, name) {
            Ok(()) => {}
            // An answer that was lost on the network is asked for again, and finds the link made.
            Err(Errno::EXIST) if is_same(file, folder, name) => {}
            Err(Errno::PERM | Errno::NOSYS | Errno::OPNOTSUPP | Errno::INVAL) => return Err(Unusable::NoWay),
            Err(errno) => return Err(refusal(errno, place)),
        }
        rustix::fs::unlink(file).map_err(Unusable::io("remove the unfinished name of a placed file"))?;
        Ok(Way::Link)
    }
}

fn refusal(errno: Errno, place: &str) -> Unusable {
    match errno {
        Errno::EXIST => Unusable::Taken,
        Errno::XDEV => Unusable::OtherMount { name: place.to_owned() },
        errno => Unusable::io("move the file into the library")(errno),
    }
}

/// Whether both names are of one file.
pub(super) fn is_same(file: &Path, folder: BorrowedFd<'_>, name: &str) -> bool {
    let (Ok(first), Ok(second)) =
        (rustix::fs::lstat(file), rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW))
    else {
        return false;
    };
    (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)
}
