//! A disk in memory that can lose power: what was not synced survives in pieces or not at all.

use std::{
    collections::BTreeSet,
    io,
    ops::Range,
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use redb::StorageBackend;

/// Disks write sectors whole, and in any order.
const SECTOR: usize = 512;

/// How long a test waits for what must happen.
const DEADLINE: Duration = Duration::from_secs(30);

/// The room that several disks share; a block takes some of it once it is written.
#[derive(Debug)]
pub(super) struct Medium(AtomicU64);

impl Medium {
    const BLOCK: usize = 4096;

    pub(super) fn new(bytes: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(bytes)))
    }

    pub(super) fn free_bytes(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Others fill it up or leave it, until so much is free.
    pub(super) fn set_free(&self, bytes: u64) {
        self.0.store(bytes, Ordering::SeqCst);
    }

    fn take(&self) -> io::Result<()> {
        let less = |free: u64| free.checked_sub(Self::BLOCK as u64);
        let taken = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
        taken.map(drop).map_err(|_| io::ErrorKind::StorageFull.into())
    }

    fn give_back(&self, blocks: usize) {
        self.0.fetch_add((blocks * Self::BLOCK) as u64, Ordering::SeqCst);
    }
}

#[derive(Debug)]
enum Unsynced {
    Write(usize, Vec<u8>),
    SetLen(usize),
}

#[derive(Debug)]
struct State {
    live: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Unsynced>,
    syncs: u64,
    power_lost: bool,
    lose_power_at_sync: Option<u64>,
    held: bool,
    waiting: bool,
    random: StdRng,
    /// What it lies on, and which blocks of it are its.
    medium: Option<Arc<Medium>>,
    blocks: BTreeSet<usize>,
}

impl State {
    fn occupy(&mut self, bytes: Range<usize>) -> io::Result<()> {
        let Some(medium) = &self.medium else { return Ok(()) };
        for block in bytes.start / Medium::BLOCK..bytes.end.div_ceil(Medium::BLOCK) {
            if !self.blocks.contains(&block) {
                medium.take()?;
                self.blocks.insert(block);
            }
        }
        Ok(())
    }
}

/// A disk; clones are the same disk.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    state: Arc<Mutex<State>>,
    changed: Arc<Condvar>,
}

impl Disk {
    /// A disk with this content; the seed decides what survives.
    pub(super) fn new(content: Vec<u8>, seed: u64) -> Self {
        let state = State {
            live: content.clone(),
            durable: content,
            unsynced: Vec::new(),
            syncs: 0,
            power_lost: false,
            lose_power_at_sync: None,
            held: false,
            waiting: false,
            random: StdRng::seed_from_u64(seed),
            medium: None,
            blocks: BTreeSet::new(),
        };
        Self { state: Arc::new(Mutex::new(state)), changed: Arc::new(Condvar::new()) }
    }

    /// An empty disk that is full when its medium is.
    pub(super) fn on(medium: &Arc<Medium>) -> Self {
        let disk = Self::new(Vec::new(), 0);
        disk.state().medium = Some(Arc::clone(medium));
        disk
    }

    /// Another, empty one in its place.
    pub(super) fn emptied(&self) -> Self {
        let mut state = self.state();
        let blocks = std::mem::take(&mut state.blocks).len();
        match &state.medium {
            Some(medium) => {
                medium.give_back(blocks);
                Self::on(medium)
            }
            None => Self::new(Vec::new(), 0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Loses power during the sync that comes after so many more.
    pub(super) fn lose_power_after(&self, syncs: u64) {
        let mut state = self.state();
        state.lose_power_at_sync = Some(state.syncs + syncs);
    }

    /// What a machine finds on the disk when power is back.
    pub(super) fn survived(&self) -> Vec<u8> {
        let mut state = self.state();
        let mut image = state.durable.clone();
        // Often everything or nothing survives: a cache that was just flushed, or one that was just filled.
        let survives = [0.0, 0.5, 0.5, 1.0][state.random.random_range(0..4)];
        for unsynced in std::mem::take(&mut state.unsynced) {
            match unsynced {
                Unsynced::SetLen(len) => {
                    if state.random.random_bool(survives) {
                        image.resize(len, 0);
                    }
                }
                Unsynced::Write(offset, data) => {
                    for (n, sector) in data.chunks(SECTOR).enumerate() {
                        let start = offset + n * SECTOR;
                        if state.random.random_bool(survives) && start + sector.len() <= image.len() {
                            image[start..start + sector.len()].copy_from_slice(sector);
                        }
                    }
                }
            }
        }
        image
    }

    /// How many syncs came to their end.
    pub(super) fn syncs(&self) -> u64 {
        self.state().syncs
    }

    /// Lets the next sync wait for [`Disk::release`].
    pub(super) fn hold(&self) {
        self.state().held = true;
    }

    /// Waits until a sync waits.
    pub(super) fn wait_until_held(&self) {
        let state = self.state();
        let (_state, waited) =
            self.changed.wait_timeout_while(state, DEADLINE, |state| !state.waiting).unwrap();
        assert!(!waited.timed_out(), "nothing is synced");
    }

    /// Lets syncs go on.
    pub(super) fn release(&self) {
        self.state().held = false;
        self.changed.notify_all();
    }

    fn powered(&self) -> Result<MutexGuard<'_, State>, io::Error> {
        let state = self.state();
        if state.power_lost { Err(io::Error::other("power lost")) } else { Ok(state) }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, io::Error> {
        Ok(self.powered()?.live.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        let state = self.powered()?;
        let start = offset as usize;
        let Some(found) = state.live.get(start..start + out.len()) else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        let mut state = self.powered()?;
        let beyond = state.blocks.split_off(&(len as usize).div_ceil(Medium::BLOCK));
        if let Some(medium) = &state.medium {
            medium.give_back(beyond.len());
        }
        state.live.resize(len as usize, 0);
        state.unsynced.push(Unsynced::SetLen(len as usize));
        Ok(())
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        let mut state = self.powered()?;
        if state.held {
            state.waiting = true;
            self.changed.notify_all();
            state = self.changed.wait_while(state, |state| state.held).unwrap();
            state.waiting = false;
        }
        if state.lose_power_at_sync == Some(state.syncs) {
            state.power_lost = true;
            return Err(io::Error::other("power lost"));
        }
        state.syncs += 1;
        state.durable = state.live.clone();
        state.unsynced.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        let mut state = self.powered()?;
        let start = offset as usize;
        let end = start + data.len();
        if state.live.len() < end {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        state.occupy(start..end)?;
        state.live[start..end].copy_from_slice(data);
        state.unsynced.push(Unsynced::Write(start, data.to_vec()));
        Ok(())
    }
}
