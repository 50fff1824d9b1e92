use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use mediary_schema::file::Verified;
use rustix::fs::{CWD, RenameFlags};
use serde::{Deserialize, Serialize};

/// The folder of kept files.
#[derive(Debug, Clone)]
pub struct Library {
    root: PathBuf,
}

/// What is to be placed where: written before the rename, so that a crash between rename and
/// record is told apart from a stranger's file of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Placing {
    /// The path below the library.
    pub(super) path: String,
    /// The file in the staging folder.
    pub(super) staged: PathBuf,
    pub(super) verified: Verified,
}

/// The file that says what is being placed.
const PLACING: &str = "placing.json";

impl Library {
    /// A library in this folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A place that an earlier attempt had begun to take.
    pub(super) fn begun(staging: &Path) -> Option<Placing> {
        serde_json::from_slice(&fs::read(staging.join(PLACING)).ok()?).ok()
    }

    /// Moves a checked file to the first free of the names, durably; answers the path below the library.
    pub(super) fn place(
        &self,
        staging: &Path,
        staged: &Path,
        verified: &Verified,
        name: impl Fn(u32) -> String,
    ) -> io::Result<String> {
        File::open(staged)?.sync_all()?;
        for number in 1.. {
            let placing =
                Placing { path: name(number), staged: staged.to_owned(), verified: verified.clone() };
            let target = self.root.join(&placing.path);
            if target.exists() {
                continue;
            }
            write_durably(&staging.join(PLACING), &serde_json::to_vec(&placing)?)?;
            match self.finish(&placing) {
                // Somebody else took the name this moment.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(placing.path),
            }
        }
        unreachable!("some number is free")
    }

    /// Does what was begun: nothing if the file stands in its place already.
    pub(super) fn finish(&self, placing: &Placing) -> io::Result<()> {
        let target = self.root.join(&placing.path);
        let folder = target.parent().unwrap_or(&self.root);
        if !placing.staged.exists() {
            return self.is_placed(placing);
        }
        fs::create_dir_all(folder)?;
        rustix::fs::renameat_with(CWD, &placing.staged, CWD, &target, RenameFlags::NOREPLACE)?;
        File::open(folder)?.sync_all()?;
        File::open(&self.root)?.sync_all()
    }

    fn is_placed(&self, placing: &Placing) -> io::Result<()> {
        let size = fs::symlink_metadata(self.root.join(&placing.path))?.len();
        if size == placing.verified.size_bytes { Ok(()) } else { Err(io::ErrorKind::AlreadyExists.into()) }
    }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("part");
    fs::write(&unfinished, bytes)?;
    File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
