//! One process per data folder: `DIR/.lock`, held while the log is open (L-16).
//!
//! The file says who holds it, so that a refused program can say whom to ask. Its text is a hint, the lock
//! is the fact: the text of a killed process stays behind.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use super::error::{Holder, OpenError};

const FILE_NAME: &str = ".lock";
/// How often a folder is asked for before it is somebody else's: a fifth of a second in all.
const TRIES: u32 = 21;
const PAUSE: Duration = Duration::from_millis(10);

/// Whether a process holds the data folder: its text alone may be left of one that was killed.
///
/// Looking takes the lock for a moment, which no opening is refused for.
pub fn is_held(directory: &Path) -> bool {
    let Ok(file) = File::open(directory.join(FILE_NAME)) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// A lock on a data folder; gone when dropped.
#[derive(Debug)]
pub(super) struct FolderLock {
    file: File,
    path: PathBuf,
}

impl FolderLock {
    /// Takes the folder for this process alone.
    pub(super) fn acquire(directory: &Path) -> Result<Self, OpenError> {
        let path = directory.join(FILE_NAME);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| OpenError::Io { step: "opening", path: path.clone(), source })?;
        // Whoever only looks holds it for a moment, too.
        let mut tries = TRIES;
        loop {
            match take(&file, directory, &path, File::try_lock) {
                Err(OpenError::InUse { .. }) if tries > 1 => tries -= 1,
                taken => return taken.map(|()| Self { file, path }),
            }
            pause();
        }
    }

    /// Keeps others from writing while a folder is only read; writes nothing.
    ///
    /// A folder without a lock file was never opened by a server, or is a copy.
    pub(super) fn share(directory: &Path) -> Result<Option<Self>, OpenError> {
        let path = directory.join(FILE_NAME);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(OpenError::Io { step: "opening", path, source }),
        };
        take(&file, directory, &path, File::try_lock_shared)?;
        Ok(Some(Self { file, path }))
    }

    /// Says in the file who holds it.
    pub(super) fn describe(&self, listen: Option<&str>) -> io::Result<()> {
        let mut text = format!("pid {}\n", std::process::id());
        if let Some(listen) = listen {
            text.push_str("listen ");
            text.push_str(listen);
            text.push('\n');
        }
        let mut file = &self.file;
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())
    }

    /// Empties the file, so that nobody is named who left in order.
    pub(super) fn release(self) {
        if let Err(error) = self.file.set_len(0) {
            tracing::warn!(path = %self.path.display(), %error, "log.lock_not_cleared");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a log is opened before anything is served")]
fn pause() {
    std::thread::sleep(PAUSE);
}

fn take(
    file: &File,
    directory: &Path,
    path: &Path,
    try_lock: impl Fn(&File) -> Result<(), TryLockError>,
) -> Result<(), OpenError> {
    match try_lock(file) {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            Err(OpenError::InUse { directory: directory.to_owned(), holder: holder(file) })
        }
        Err(TryLockError::Error(source)) => {
            Err(OpenError::Io { step: "locking", path: path.to_owned(), source })
        }
    }
}

fn holder(mut file: &File) -> Holder {
    // The text is three short lines; whatever is longer is not ours.
    let mut text = String::new();
    let _unreadable_is_unknown = file.take(512).read_to_string(&mut text);
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    let pid = field("pid ").and_then(|pid| pid.parse().ok()).filter(|pid| is_alive(*pid));
    let listen = field("listen ").filter(|_| pid.is_some());
    file.seek(SeekFrom::Start(0)).ok();
    Holder { pid, listen }
}

fn is_alive(pid: u32) -> bool {
    fs::exists(format!("/proc/{pid}")).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn whoever_looks_for_a_moment_keeps_nobody_from_opening() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_held(folder.path()), "there is no lock yet");
        let lock = FolderLock::acquire(folder.path()).unwrap();
        assert!(is_held(folder.path()));
        assert!(matches!(FolderLock::acquire(folder.path()), Err(OpenError::InUse { .. })));
        drop(lock);
        assert!(!is_held(folder.path()), "its text is left, and nothing else");

        let looking = File::open(folder.path().join(FILE_NAME)).unwrap();
        looking.lock_shared().unwrap();
        std::thread::scope(|threads| {
            let (begins, begun) = mpsc::channel();
            let opening = threads.spawn(move || {
                begins.send(()).unwrap();
                FolderLock::acquire(folder.path()).map(drop)
            });
            begun.recv().unwrap();
            pause();
            drop(looking);
            opening.join().unwrap().unwrap();
        });
    }
}
