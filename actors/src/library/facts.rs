//! What a file system says of a file besides its bytes, carried over to another one.

use std::{
    fs::{File, FileTimes},
    io,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use rustix::{
    fs::{Gid, Mode, OFlags, Uid, XattrFlags},
    io::Errno,
};

/// The largest extended attribute that is carried: what Linux lets one have.
const ATTRIBUTE_BYTES_MAX: usize = 64 << 10;

/// Gives a file the rights, owner, extended attributes and times of another one. What one may not set is left as it is. Blocks.
pub(crate) fn carry_facts(from: &Path, to: &Path) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let open = |path: &Path| rustix::fs::open(path, flags, Mode::empty()).map(File::from);
    let (from, to) = (open(from)?, open(to)?);
    let facts = from.metadata()?;
    let (owner, group) = (Uid::from_raw(facts.uid()), Gid::from_raw(facts.gid()));
    may(rustix::fs::fchown(&to, Some(owner), Some(group)))?;
    // After that: a change of the owner takes some of them away.
    may(rustix::fs::fchmod(&to, Mode::from_raw_mode(facts.mode() & 0o7777)))?;
    attributes(&from, &to)?;
    let times = FileTimes::new().set_modified(facts.modified()?).set_accessed(facts.accessed()?);
    to.set_times(times)
}

fn attributes(from: &File, to: &File) -> io::Result<()> {
    let mut names = vec![0; ATTRIBUTE_BYTES_MAX];
    let length = match rustix::fs::flistxattr(from, &mut names) {
        // A file system that has none.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(()),
        length => length?,
    };
    let names = names.get(..length).unwrap_or_default();
    let mut value = vec![0; ATTRIBUTE_BYTES_MAX];
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let length = match rustix::fs::fgetxattr(from, name, &mut value) {
            Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::PERM | Errno::ACCESS) => continue,
            length => length?,
        };
        let value = value.get(..length).unwrap_or_default();
        may(rustix::fs::fsetxattr(to, name, value, XattrFlags::empty()))?;
    }
    Ok(())
}

/// What only root may, or what this file system does not know, is not done.
fn may(done: rustix::io::Result<()>) -> io::Result<()> {
    match done {
        Err(Errno::PERM | Errno::ACCESS | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(()),
        done => Ok(done?),
    }
}
