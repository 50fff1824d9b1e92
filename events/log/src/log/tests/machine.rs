//! A log on disks in memory: what its machine does to it, a test decides.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::future::join_all;
use redb::Database;
use tempfile::TempDir;
use uuid::Uuid;

use super::{disk::Disk, support::options};
use crate::log::{
    Append, AppendError, Appended, Log, OpenError, Options, Read, Recorded,
    index::{self, Opener, Start},
    space::Space,
    store::{self, Store},
};
use crate::vault::PersonKeys;

/// A log on a disk in memory.
pub(super) struct Machine {
    pub(super) log: Log,
    pub(super) fatal: Arc<AtomicUsize>,
    _directory: TempDir,
}

pub(super) fn formatted() -> Vec<u8> {
    let disk = Disk::new(Vec::new(), 0);
    let database = Database::builder().create_with_backend(disk.clone()).unwrap();
    store::initialise(&database, Uuid::from_u128(1)).unwrap();
    drop(database);
    disk.survived()
}

pub(super) fn boot(disk: &Disk) -> Result<Machine, OpenError> {
    boot_with(disk, |_| ())
}

pub(super) fn boot_with(disk: &Disk, change: impl FnOnce(&mut Options)) -> Result<Machine, OpenError> {
    let directory = tempfile::tempdir().unwrap();
    let (mut options, _) = options(&directory);
    let fatal = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&fatal);
    options.on_fatal = Arc::new(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    change(&mut options);
    let opener = index::in_folder(directory.path(), 1 << 20);
    let log = start(disk, opener, Space::open(directory.path(), 0), options)?;
    Ok(Machine { log, fatal, _directory: directory })
}

pub(super) fn start(disk: &Disk, index: Opener, space: Space, options: Options) -> Result<Log, OpenError> {
    let disk = disk.clone();
    let store = Store::from_opened(Path::new("memory"), PersonKeys::default(), || {
        Ok(Database::builder().create_with_backend(disk)?)
    })?;
    Log::start(store, index, space, None, options)
}

/// A log with a disk for its record and one for its index.
pub(super) fn boot_both(disk: &Disk, index: &Shelf) -> Result<Machine, OpenError> {
    boot_in(disk, index, |directory| Space::open(directory, 0))
}

/// The same on a disk that is as full as the space says.
pub(super) fn boot_in(
    disk: &Disk,
    index: &Shelf,
    space: impl FnOnce(&Path) -> Space,
) -> Result<Machine, OpenError> {
    let directory = tempfile::tempdir().unwrap();
    let (mut options, _) = options(&directory);
    let fatal = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&fatal);
    options.on_fatal = Arc::new(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    let log = start(disk, index.opener(), space(directory.path()), options)?;
    Ok(Machine { log, fatal, _directory: directory })
}

/// Where the disk of an index lies, to be exchanged for an empty one.
#[derive(Clone)]
pub(super) struct Shelf(Arc<Mutex<Disk>>);

impl Shelf {
    pub(super) fn new(content: Vec<u8>, seed: u64) -> Self {
        Self::of(Disk::new(content, seed))
    }

    pub(super) fn of(disk: Disk) -> Self {
        Self(Arc::new(Mutex::new(disk)))
    }

    pub(super) fn opener(&self) -> Opener {
        let place = Arc::clone(&self.0);
        Box::new(move |start| {
            let mut disk = place.lock().unwrap();
            if start == Start::Anew {
                *disk = disk.emptied();
            }
            Ok(Database::builder().create_with_backend(disk.clone())?)
        })
    }

    pub(super) fn disk(&self) -> Disk {
        self.0.lock().unwrap().clone()
    }
}

pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(super) fn together(log: &Log, requests: &[Append]) -> Vec<Result<Appended, AppendError>> {
    block_on(join_all(requests.iter().map(|request| log.append(request.clone()))))
}

pub(super) fn all(log: &Log) -> Vec<Recorded> {
    log.read(&Read::forward(1).limit(usize::MAX)).unwrap()
}
