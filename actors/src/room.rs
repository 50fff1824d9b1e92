//! Room on the library's disk: what is free, and what running downloads have been promised of it.

use std::{
    collections::BTreeMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mediary_schema::JobId;

/// The room of one disk. Clones share what is promised.
#[derive(Debug, Clone)]
pub struct Room {
    disk: Disk,
    /// Bytes that no download may use up (DL-09).
    kept_free_bytes: u64,
    promised: Arc<Mutex<BTreeMap<JobId, u64>>>,
}

/// What answers how many bytes of the disk are free.
#[derive(Clone)]
struct Disk(Arc<dyn Fn() -> io::Result<u64> + Send + Sync>);

impl std::fmt::Debug for Disk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Disk")
    }
}

/// There is not enough room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// Bytes that have to be free, those that are kept free included.
    pub needed_bytes: u64,
    /// Bytes that are free and promised to nobody.
    pub free_bytes: u64,
}

impl Room {
    /// The room of the disk on which the folder lies, or will.
    pub fn of_folder(folder: PathBuf, kept_free_bytes: u64) -> Self {
        Self::of_disk(
            move || {
                let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(&folder);
                let disk = rustix::fs::statvfs(existing)?;
                Ok(disk.f_bavail * disk.f_frsize)
            },
            kept_free_bytes,
        )
    }

    /// The room of a disk that says of itself how many bytes are free.
    pub fn of_disk(free: impl Fn() -> io::Result<u64> + Send + Sync + 'static, kept_free_bytes: u64) -> Self {
        Self { disk: Disk(Arc::new(free)), kept_free_bytes, promised: Arc::default() }
    }

    /// Bytes that no download may use up.
    pub const fn kept_free_bytes(&self) -> u64 {
        self.kept_free_bytes
    }

    /// Bytes that are free now. May block.
    pub fn free_bytes(&self) -> io::Result<u64> {
        (self.disk.0)()
    }

    /// Whether so many bytes are free and promised to nobody. May block.
    pub fn has(&self, bytes: u64) -> io::Result<bool> {
        let free = self.free_bytes()?;
        Ok(free.saturating_sub(self.lock().values().sum()) >= bytes)
    }

    /// Promises room for what a job still has to fetch, if there is as much beside what others were promised
    /// and what is kept free. May block.
    pub fn promise(&self, job_id: JobId, bytes: u64) -> io::Result<Result<Promise, Missing>> {
        let free = self.free_bytes()?;
        let mut promised = self.lock();
        let to_others: u64 = promised.iter().filter(|(job, _)| **job != job_id).map(|(_, bytes)| bytes).sum();
        let (needed_bytes, free_bytes) =
            (bytes.saturating_add(self.kept_free_bytes), free.saturating_sub(to_others));
        if free_bytes < needed_bytes {
            return Ok(Err(Missing { needed_bytes, free_bytes }));
        }
        promised.insert(job_id, bytes);
        drop(promised);
        Ok(Ok(Promise { room: self.clone(), job_id }))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<JobId, u64>> {
        self.promised.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room that is promised to a job until this is dropped.
#[derive(Debug)]
pub struct Promise {
    room: Room,
    job_id: JobId,
}

impl Promise {
    /// What is fetched is on the disk: only the rest is still promised.
    pub fn shrink(&self, left_bytes: u64) {
        if let Some(bytes) = self.room.lock().get_mut(&self.job_id) {
            *bytes = left_bytes.min(*bytes);
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.room.lock().remove(&self.job_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: JobId = JobId::from_uuid(uuid::Uuid::from_u128(1));
    const TWO: JobId = JobId::from_uuid(uuid::Uuid::from_u128(2));

    // Edge A11: two downloads that fit alone, but not together.
    #[test]
    fn what_one_download_was_promised_is_no_room_for_another() {
        let room = Room::of_disk(|| Ok(100), 10);
        let first = room.promise(ONE, 60).unwrap().unwrap();
        let missing = room.promise(TWO, 60).unwrap().unwrap_err();
        assert_eq!(missing, Missing { needed_bytes: 70, free_bytes: 40 });
        assert!(!room.has(70).unwrap());
        drop(first);
        assert!(room.has(70).unwrap());
        room.promise(TWO, 60).unwrap().unwrap();
    }

    #[test]
    fn what_is_fetched_is_promised_no_longer() {
        let room = Room::of_disk(|| Ok(100), 10);
        let first = room.promise(ONE, 60).unwrap().unwrap();
        first.shrink(20);
        first.shrink(50);
        assert!(room.has(80).unwrap(), "a promise never grows");
        room.promise(ONE, 90).unwrap().unwrap();
        assert!(room.has(100).unwrap(), "the second promise of a job took the place of the first");
    }
}
