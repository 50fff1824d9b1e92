//! A file that is read and never written: what a repair would write stays in memory.
//!
//! A log that a crash left behind has to be repaired before it can be read, and a verifier that writes would
//! destroy the evidence. So writes go to pages in memory that lie over the file.

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use redb::{BackendError, StorageBackend, backends::FileBackend};

const PAGE: usize = 4096;

#[derive(Debug)]
struct Pages {
    written: BTreeMap<u64, Box<[u8; PAGE]>>,
    len: u64,
    /// What of the file still shows; beyond it there are zeros.
    file_len: u64,
}

/// A log file under pages in memory.
#[derive(Debug)]
pub(super) struct Overlay {
    file: FileBackend,
    pages: Mutex<Pages>,
}

impl Overlay {
    /// Lays an empty cover over a file that was opened for reading.
    pub(super) fn try_new(file: File) -> Result<Self, redb::DatabaseError> {
        let file = FileBackend::new(file)?;
        let len = file.len()?;
        let pages = Pages { written: BTreeMap::new(), len, file_len: len };
        Ok(Self { file, pages: Mutex::new(pages) })
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page of the file, zeros where it has none.
    fn page_of_file(&self, pages: &Pages, number: u64) -> Result<Box<[u8; PAGE]>, io::Error> {
        let mut page = Box::new([0; PAGE]);
        let start = number * PAGE as u64;
        let shown = pages.file_len.saturating_sub(start).min(PAGE as u64) as usize;
        self.file.read(start, &mut page[..shown])?;
        Ok(page)
    }
}

/// Cuts a stretch into (page number, offset in the page, length).
fn cut(offset: u64, len: usize) -> impl Iterator<Item = (u64, usize, usize)> {
    let mut at = offset;
    let end = offset + len as u64;
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let within = (at % PAGE as u64) as usize;
        let part = (PAGE - within).min((end - at) as usize);
        let piece = (at / PAGE as u64, within, part);
        at += part as u64;
        Some(piece)
    })
}

impl StorageBackend for Overlay {
    fn len(&self) -> Result<u64, io::Error> {
        Ok(self.pages().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        let pages = self.pages();
        if offset.checked_add(out.len() as u64).is_none_or(|end| end > pages.len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let untouched = cut(offset, out.len()).all(|(number, ..)| !pages.written.contains_key(&number));
        if untouched && offset + out.len() as u64 <= pages.file_len {
            drop(pages);
            return self.file.read(offset, out);
        }
        let mut done = 0;
        for (number, within, part) in cut(offset, out.len()) {
            let target = &mut out[done..done + part];
            match pages.written.get(&number) {
                Some(page) => target.copy_from_slice(&page[within..within + part]),
                None => target.copy_from_slice(&self.page_of_file(&pages, number)?[within..within + part]),
            }
            done += part;
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        let mut pages = self.pages();
        pages.len = len;
        // What was cut off must be zeros if the file grows again.
        pages.file_len = pages.file_len.min(len);
        let first_gone = len.div_ceil(PAGE as u64);
        pages.written.split_off(&first_gone);
        let within = (len % PAGE as u64) as usize;
        if within != 0
            && let Some(page) = pages.written.get_mut(&(len / PAGE as u64))
        {
            page[within..].fill(0);
        }
        Ok(())
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        let mut pages = self.pages();
        let mut done = 0;
        for (number, within, part) in cut(offset, data.len()) {
            let mut page = match pages.written.remove(&number) {
                Some(page) => page,
                None => self.page_of_file(&pages, number)?,
            };
            page[within..within + part].copy_from_slice(&data[done..done + part]);
            pages.written.insert(number, page);
            done += part;
        }
        pages.len = pages.len.max(offset + data.len() as u64);
        Ok(())
    }

    fn close(&self) -> Result<(), io::Error> {
        self.file.close()
    }

    // Exclusive locks become shared ones: nothing is written, and a file that was opened for reading
    // can't be locked for writing. A server's lock still keeps a verifier out, and the other way round.

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Act {
        Write(u64, Vec<u8>),
        SetLen(u64),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            (0_u64..20_000, proptest::collection::vec(any::<u8>(), 1..9000))
                .prop_map(|(at, bytes)| Act::Write(at, bytes)),
            (0_u64..30_000).prop_map(Act::SetLen),
        ]
    }

    proptest! {
        #[test]
        fn overlay_reads_like_the_file_that_was_written(acts in proptest::collection::vec(act(), 1..20)) {
            let original: Vec<u8> = (0..10_000_u32).map(|n| n as u8).collect();
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&original).unwrap();
            let overlay = Overlay::try_new(File::open(file.path()).unwrap()).unwrap();
            let mut model = original.clone();
            for act in acts {
                match act {
                    Act::Write(at, bytes) => {
                        overlay.write(at, &bytes).unwrap();
                        let end = at as usize + bytes.len();
                        model.resize(model.len().max(end), 0);
                        model[at as usize..end].copy_from_slice(&bytes);
                    }
                    Act::SetLen(len) => {
                        overlay.set_len(len).unwrap();
                        model.resize(len as usize, 0);
                    }
                }
                let mut seen = vec![1; model.len()];
                prop_assert_eq!(overlay.len().unwrap(), model.len() as u64);
                overlay.read(0, &mut seen).unwrap();
                prop_assert!(seen == model);
            }
            prop_assert!(overlay.read(model.len() as u64, &mut [0]).is_err());
            prop_assert!(std::fs::read(file.path()).unwrap() == original);
        }
    }
}
