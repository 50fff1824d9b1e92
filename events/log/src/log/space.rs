//! Room on the disk: new work is refused early, so that cancels and ends still fit (L-12).
//!
//! Three means: whoever is let into a batch takes what it may need at most from one budget, so that no batch is begun that
//! might not fit; normal appends leave the reserve alone; and a preallocated file, the ballast, is given back to the file
//! system when others have eaten the reserve, too.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

use super::append::Urgency;

const BALLAST_NAME: &str = "ballast";
/// The ballast's part of the reserve.
const BALLAST_SHARE: u64 = 4;

/// Copy-on-write of the trees' upper pages, whatever the size of the batch.
pub(super) const BATCH_BYTES: u64 = 512 * 1024;
/// A share of a page in each index per event.
const EVENT_BYTES: u64 = 4 * 1024;
/// How much larger a payload is in the file, freed pages included.
const PAYLOAD_FACTOR: u64 = 4;

/// How many bytes are free on a disk.
pub(super) type Gauge = Box<dyn Fn() -> io::Result<u64> + Send>;

/// The disk under the log.
pub(super) struct Space {
    gauge: Gauge,
    ballast: PathBuf,
    reserve_bytes: u64,
    ballast_held: bool,
}

/// What one batch may take of the disk; whatever is let in takes its part.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "each says its unit")]
pub(super) struct Room {
    free_bytes: u64,
    reserve_bytes: u64,
    /// For whatever is essential.
    left_bytes: u64,
    /// For all else: above the reserve and above what the essential part of the batch takes.
    normal_bytes: u64,
}

/// How much is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shortage {
    pub(super) free_bytes: u64,
    pub(super) needed_bytes: u64,
}

/// The space that an append may take at most.
pub(super) fn estimate_bytes(events: usize, payload_bytes: usize) -> u64 {
    events as u64 * EVENT_BYTES + payload_bytes as u64 * PAYLOAD_FACTOR
}

impl Room {
    /// Takes what an append needs, or says what is missing.
    pub(super) fn take(&mut self, urgency: Urgency, bytes: u64) -> Result<(), Shortage> {
        let (left, kept_bytes) = match urgency {
            Urgency::Normal => (&mut self.normal_bytes, self.reserve_bytes),
            Urgency::Essential => (&mut self.left_bytes, 0),
        };
        let needed_bytes = kept_bytes.saturating_add(BATCH_BYTES).saturating_add(bytes);
        let shortage = Shortage { free_bytes: self.free_bytes, needed_bytes };
        *left = left.checked_sub(bytes).ok_or(shortage)?;
        Ok(())
    }
}

impl Space {
    /// Looks at the disk, and makes the ballast if there is ample room.
    pub(super) fn open(directory: &Path, reserve_bytes: u64) -> Self {
        let measured = directory.to_owned();
        Self::measured(directory, reserve_bytes, Box::new(move || free_bytes(&measured)))
    }

    /// A disk that is measured otherwise than by asking its file system.
    pub(super) fn measured(directory: &Path, reserve_bytes: u64, gauge: Gauge) -> Self {
        let ballast = directory.join(BALLAST_NAME);
        let ballast_held = is_whole(&ballast, reserve_bytes / BALLAST_SHARE);
        let mut space = Self { gauge, ballast, reserve_bytes, ballast_held };
        if !ballast_held || space.free_bytes() < BATCH_BYTES {
            space.release();
        }
        space.replenish();
        space
    }

    /// The room for one batch, of which the essential part takes so many bytes.
    ///
    /// `owed_bytes` will be written without being asked for.
    pub(super) fn room(&mut self, essential_bytes: u64, owed_bytes: u64) -> Room {
        self.replenish();
        let taken_bytes = BATCH_BYTES.saturating_add(owed_bytes);
        let mut free_bytes = self.free_bytes();
        let is_short = free_bytes < essential_bytes.saturating_add(taken_bytes);
        if essential_bytes > 0 && is_short && self.ballast_held {
            self.release();
            free_bytes = self.free_bytes();
        }
        let left_bytes = free_bytes.saturating_sub(taken_bytes);
        let reserve_bytes = self.reserve_bytes;
        let normal_bytes = left_bytes.saturating_sub(essential_bytes).saturating_sub(reserve_bytes);
        Room { free_bytes, reserve_bytes, left_bytes, normal_bytes }
    }

    /// Whether so many bytes, on top of a batch of `batch_bytes`, would make a difference to who is let in.
    pub(super) fn is_tight(&self, batch_bytes: u64, owed_bytes: u64) -> bool {
        let free_bytes = self.free_bytes();
        let wanted = [self.reserve_bytes, BATCH_BYTES, batch_bytes, owed_bytes];
        let wanted_bytes = wanted.into_iter().fold(0, u64::saturating_add);
        (BATCH_BYTES.saturating_add(owed_bytes)..wanted_bytes).contains(&free_bytes)
    }

    /// Whether the index owes the disk so much that the ballast would not hold it beside what ends or cancels work: others may
    /// fill the disk at any moment. Not where there is no room to pay it.
    pub(super) fn owes_too_much(&self, owed_bytes: u64) -> bool {
        let ballast_bytes = self.ballast_bytes();
        let owed_bytes_max = ballast_bytes.saturating_sub(BATCH_BYTES) / 2;
        ballast_bytes > 0
            && owed_bytes > owed_bytes_max
            && self.free_bytes() >= BATCH_BYTES.saturating_add(owed_bytes)
    }

    fn free_bytes(&self) -> u64 {
        (self.gauge)().unwrap_or_else(|error| {
            // A file system that can't say how full it is must not stop the log.
            tracing::warn!(%error, "log.free_space_unknown");
            u64::MAX
        })
    }

    fn ballast_bytes(&self) -> u64 {
        self.reserve_bytes / BALLAST_SHARE
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

/// Whether a ballast holds what it should: one that was interrupted in the making, or lost its content with the power,
/// would be counted on for ever and give nothing back.
fn is_whole(ballast: &Path, bytes: u64) -> bool {
    const BLOCK: u64 = 512;
    fs::metadata(ballast).is_ok_and(|facts| facts.len() >= bytes && facts.blocks() * BLOCK >= bytes)
}

fn free_bytes(directory: &Path) -> io::Result<u64> {
    let facts = statvfs(directory)?;
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
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

impl fmt::Debug for Space {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Space")
            .field("reserve_bytes", &self.reserve_bytes)
            .field("ballast_held", &self.ballast_held)
            .finish_non_exhaustive()
    }
}
