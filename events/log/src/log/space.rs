//! Room on the disk: new work is refused early, so that cancels and ends still fit (L-12).
//!
//! Two means: below the reserve normal appends are refused; and a preallocated file, the ballast, is given back
//! to the file system when others have eaten the reserve, too.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

const BALLAST_NAME: &str = "ballast";

/// Copy-on-write of the trees' upper pages, whatever the size of the batch.
const BATCH_BYTES: u64 = 512 * 1024;
/// A share of a page in each index per event.
const EVENT_BYTES: u64 = 4 * 1024;
/// How much larger a payload is in the file, freed pages included.
const PAYLOAD_FACTOR: u64 = 4;

/// What fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Everything.
    Ample,
    /// What ends or cancels work.
    Reserve { free_bytes: u64 },
    /// Nothing: writing would fail in the middle.
    Nothing { free_bytes: u64, needed_bytes: u64 },
}

/// The disk under the log.
#[derive(Debug)]
pub(super) struct Space {
    directory: PathBuf,
    ballast: PathBuf,
    reserve_bytes: u64,
    ballast_held: bool,
}

/// The space that a batch may take at most.
pub(super) fn estimate_bytes(events: usize, payload_bytes: usize) -> u64 {
    BATCH_BYTES + events as u64 * EVENT_BYTES + payload_bytes as u64 * PAYLOAD_FACTOR
}

impl Space {
    /// Looks at the disk, and makes the ballast if there is ample room.
    pub(super) fn open(directory: &Path, reserve_bytes: u64) -> Self {
        let ballast = directory.join(BALLAST_NAME);
        let mut space =
            Self { directory: directory.to_owned(), ballast_held: ballast.exists(), ballast, reserve_bytes };
        if space.free_bytes() < BATCH_BYTES {
            space.release();
        }
        space.replenish();
        space
    }

    /// What fits, if essential appends need so many bytes.
    pub(super) fn room(&mut self, essential_bytes: u64) -> Room {
        self.replenish();
        let mut free_bytes = self.free_bytes();
        if free_bytes >= self.reserve_bytes {
            return Room::Ample;
        }
        if free_bytes < essential_bytes && self.ballast_held {
            self.release();
            free_bytes = self.free_bytes();
        }
        if free_bytes < essential_bytes {
            return Room::Nothing { free_bytes, needed_bytes: essential_bytes };
        }
        Room::Reserve { free_bytes }
    }

    /// The free space below which new work is refused.
    pub(super) fn reserve_bytes(&self) -> u64 {
        self.reserve_bytes
    }

    fn free_bytes(&self) -> u64 {
        match statvfs(&self.directory) {
            Ok(facts) => facts.f_bavail.saturating_mul(facts.f_frsize),
            Err(error) => {
                // A file system that can't say how full it is must not stop the log.
                tracing::warn!(%error, "log.free_space_unknown");
                u64::MAX
            }
        }
    }

    fn ballast_bytes(&self) -> u64 {
        self.reserve_bytes / 4
    }

    fn release(&mut self) {
        match fs::remove_file(&self.ballast) {
            Ok(()) => tracing::warn!(bytes = self.ballast_bytes(), "log.ballast_released"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::error!(%error, "log.ballast_stuck"),
        }
        self.ballast_held = false;
    }

    fn replenish(&mut self) {
        let ballast_bytes = self.ballast_bytes();
        if self.ballast_held || ballast_bytes == 0 {
            return;
        }
        // Twice over, so that the ballast doesn't come and go at the edge.
        if self.free_bytes() < self.reserve_bytes.saturating_add(2 * ballast_bytes) {
            return;
        }
        match allocate(&self.ballast, ballast_bytes) {
            Ok(()) => self.ballast_held = true,
            Err(error) => {
                tracing::warn!(%error, "log.ballast_not_made");
                fs::remove_file(&self.ballast).ok();
            }
        }
    }
}

fn allocate(path: &Path, bytes: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    if fallocate(&file, FallocateFlags::empty(), 0, bytes).is_ok() {
        return Ok(());
    }
    // Some file systems can't allocate without writing.
    let zeros = vec![0; 1 << 20];
    let mut left = bytes;
    while left > 0 {
        let part = left.min(zeros.len() as u64);
        file.write_all(&zeros[..part as usize])?;
        left -= part;
    }
    file.sync_data()
}
