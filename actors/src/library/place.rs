use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use mediary_log::whole;
use mediary_schema::{
    file::{Stamp, Verified},
    layout::{Described, MissingSidecar, Sidecar, stem},
    media::is_medium,
};
use serde::{Deserialize, Serialize};

use super::{
    Unusable, Way,
    folder::{Folder, Missing},
    mover::{self, Mover},
};
use crate::{ffmpeg, file::stamp_of};

/// The folder of kept files.
///
/// A file gets its place by one step that never overwrites, in a folder that is reached without following
/// a link; what an attempt has not finished lies in a folder of the library itself, so that both are on
/// one file system wherever the library is.
#[derive(Debug, Clone)]
pub struct Library {
    root: PathBuf,
    mover: Mover,
}

/// What is to be placed where: written before the rename, so that a crash between rename and
/// record is told apart from a stranger's file of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Placing {
    /// The path below the library.
    pub(crate) path: String,
    /// The name of the file in the staging folder.
    pub(crate) staged: String,
    pub(crate) verified: Verified,
    /// What its source said of it.
    #[serde(default)]
    pub(crate) described: Described,
}

/// What there is of a file besides its bytes, once it is in its place.
#[derive(Debug)]
pub(crate) struct Settled {
    /// What lies beside it.
    pub(crate) sidecars: Vec<Sidecar>,
    /// What was to lie beside it, too, and is not there.
    pub(crate) missing: Vec<MissingSidecar>,
    /// What the file system says of it; none if it can't be asked.
    pub(crate) stamp: Option<Stamp>,
}

impl Placing {
    /// The folder and the name in it.
    fn parts(&self) -> (&str, &str) {
        self.path.rsplit_once('/').unwrap_or(("", &self.path))
    }
}

/// The file that says what is being placed.
const PLACING: &str = "placing.json";

/// The empty file that is placed for a moment to see whether it can be.
const PROBE: &str = ".mediary-probe";

/// Tells probes of one process apart.
static PROBES: AtomicU64 = AtomicU64::new(0);

impl Library {
    /// A library in this folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), mover: Mover::default() }
    }

    /// The same on a file system that answers otherwise.
    #[cfg(test)]
    pub(super) fn with(self, mover: Mover) -> Self {
        Self { mover, ..self }
    }

    pub(super) const fn mover(&self) -> Mover {
        self.mover
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Tries with an empty file whether what is unfinished in `staging` can get a place in a folder of the
    /// library, before anything is fetched for it. A folder that is missing is not made.
    pub fn probe(&self, staging: &Path, folder: &str) -> Result<Way, Unusable> {
        let number = PROBES.fetch_add(1, Ordering::Relaxed);
        let staged = staging.join(format!("probe-{}-{number}", process::id()));
        let made = fs::create_dir_all(staging).and_then(|()| fs::write(&staged, b""));
        made.map_err(io_error("write an unfinished file beside the library"))?;
        let tried =
            Folder::open(&self.root, folder, Missing::Leave).and_then(|folder| self.try_in(&folder, &staged));
        match fs::remove_file(&staged) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tried.and_then(|_| Err(io_error("remove an unfinished file")(error)))
            }
            Ok(()) | Err(_) => tried,
        }
    }

    fn try_in(&self, folder: &Folder, staged: &Path) -> Result<Way, Unusable> {
        loop {
            // Another's probe of this moment, or one that was killed.
            folder.remove(PROBE)?;
            match self.mover.take(staged, folder.as_fd(), PROBE, folder.name()) {
                Err(Unusable::Taken) => {}
                tried => {
                    let way = tried?;
                    folder.sync().and_then(|()| folder.remove(PROBE))?;
                    return Ok(way);
                }
            }
        }
    }

    /// Moves a checked file of the staging folder to the first free of the names, durably; answers the path
    /// below the library.
    pub(crate) fn place(
        &self,
        staging: &Path,
        staged: &str,
        verified: &Verified,
        described: &Described,
        name: impl Fn(u32) -> String,
    ) -> Result<String, Unusable> {
        let durable = File::open(staging.join(staged)).and_then(|file| file.sync_all());
        durable.map_err(io_error("make the checked file durable"))?;
        let mut seen: Option<(Folder, Vec<String>)> = None;
        for number in 1.. {
            let (staged, verified, described) = (staged.to_owned(), verified.clone(), described.clone());
            let placing = Placing { path: name(number), staged, verified, described };
            let (folder, name) = placing.parts();
            // What is in a folder is read once, however many names are tried there.
            let (folder, names) = if let Some(known) = seen.take().filter(|(known, _)| known.name() == folder)
            {
                seen.insert(known)
            } else {
                let folder = Folder::open(&self.root, folder, Missing::Make)?;
                let names = folder.names()?;
                seen.insert((folder, names))
            };
            if folder.has(name)? || names.iter().any(|other| is_like(other, name)) {
                continue;
            }
            let bytes =
                serde_json::to_vec(&placing).map_err(|error| io_error("write down a place")(error.into()));
            whole::write(&staging.join(PLACING), &bytes?).map_err(io_error("write down a place"))?;
            match self.mover.take(&staging.join(&placing.staged), folder.as_fd(), name, folder.name()) {
                // Somebody else took the name this moment, and may have put more there.
                Err(Unusable::Taken) => seen = None,
                Err(error) => return Err(error),
                Ok(_) => {
                    folder.sync()?;
                    return Ok(placing.path);
                }
            }
        }
        unreachable!("some number is free")
    }

    /// Finishes what an earlier attempt had begun to place, and answers it; none if that is not its file any
    /// more, or was never begun: then the staging folder says nothing of it either.
    pub(crate) fn resume(&self, staging: &Path) -> Result<Option<Placing>, Unusable> {
        let Some(placing) = begun(staging) else { return Ok(None) };
        let (folder, name) = placing.parts();
        let (folder, staged) =
            (Folder::open(&self.root, folder, Missing::Make)?, staging.join(&placing.staged));
        let is_placed = if mover::is_same(&staged, folder.as_fd(), name) {
            // Killed between link and removal.
            fs::remove_file(&staged).map_err(io_error("remove the unfinished name of a placed file"))?;
            true
        } else if staged.exists() {
            // What the name says now was checked only if it is the very file.
            is_verified(File::open(&staged), &placing.verified)
                && match self.mover.take(&staged, folder.as_fd(), name, folder.name()) {
                    Ok(_) => true,
                    Err(Unusable::Taken) => false,
                    Err(error) => return Err(error),
                }
        } else {
            folder.file(name)?.is_some_and(|file| is_verified(Ok(file), &placing.verified))
        };
        if is_placed {
            folder.sync()?;
            return Ok(Some(placing));
        }
        fs::remove_file(staging.join(PLACING)).map_err(io_error("forget a place"))?;
        Ok(None)
    }

    /// What lies beside a file that was placed, and what its file system says of it from now on. May block.
    pub(crate) fn settle(&self, staging: &Path, path: &str) -> Settled {
        let (sidecars, missing) = self.accompany(staging, path);
        Settled { sidecars, missing, stamp: stamp_of(&self.root.join(path)).ok().flatten() }
    }

    /// Takes back what was placed by an attempt of a job that came to nothing before it could be recorded.
    pub(crate) fn undo(&self, staging: &Path) -> Result<(), Unusable> {
        let Some(placing) = begun(staging) else { return Ok(()) };
        let (folder, name) = placing.parts();
        let (folder, staged) =
            (Folder::open(&self.root, folder, Missing::Leave)?, staging.join(&placing.staged));
        if folder.name() != placing.parts().0 {
            return Ok(());
        }
        let is_ours = mover::is_same(&staged, folder.as_fd(), name)
            || (!staged.exists()
                && folder.file(name)?.is_some_and(|file| is_verified(Ok(file), &placing.verified)));
        if is_ours {
            self.leave_alone(staging, &placing.path)?;
            folder.remove(name)?;
            folder.sync()?;
        }
        Ok(())
    }
}

/// Whether something in a folder is a medium of the same name up to the ending: what lies beside both would have one name.
fn is_like(other: &str, name: &str) -> bool {
    is_medium(other) && stem(other) == stem(name)
}

/// A place that an earlier attempt had begun to take. What can't be read was not finished being written.
pub(super) fn begun(staging: &Path) -> Option<Placing> {
    serde_json::from_slice(&fs::read(staging.join(PLACING)).ok()?).ok()
}

/// Whether a file is the one that was checked: its size, and if that is right, its hash.
fn is_verified(file: io::Result<File>, verified: &Verified) -> bool {
    let has_size = |file: &File| file.metadata().is_ok_and(|facts| facts.len() == verified.size_bytes);
    file.ok()
        .filter(has_size)
        .is_some_and(|file| ffmpeg::hash_of(file).is_ok_and(|hash| hash == verified.blake3))
}

fn io_error(step: &'static str) -> impl FnOnce(io::Error) -> Unusable {
    move |source| Unusable::Io { step, source }
}
