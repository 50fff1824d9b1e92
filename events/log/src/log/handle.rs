//! The open log as everybody else knows it.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use mediary_events::{Recorded, StreamId};
use mediary_schema::{Clock, CommandId, EventId, Identities, PrincipalId};
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

use super::{
    append::{Append, Appended},
    chain::{self, Hash},
    error::{AppendError, FatalError, ReadError},
    filter::Filter,
    hub::{Ring, Subscription},
    index::{self, Index, Lookup},
    lock::FolderLock,
    metric,
    queue::{Queue, Refused, Request},
    read::{Direction, Page, Read, SCAN_FRAMES_MAX, Scan, Scanned},
    snapshot::SnapshotStore,
    store::{Head, Store},
};
use crate::vault::PersonKeys;

/// How long a refused caller waits at least; the queue is empty after a commit or two.
const RETRY_AFTER_MIN: Duration = Duration::from_millis(20);
/// How long a refused caller waits at most.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(2);

/// An open log; clones share it. Dropping the last one closes it.
#[derive(Clone)]
pub struct Log {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) store: Arc<Store>,
    pub(super) index: Arc<Index>,
    pub(super) queue: Arc<Queue>,
    pub(super) ring: Arc<Ring>,
    pub(super) heads: watch::Receiver<Head>,
    pub(super) snapshots: SnapshotStore,
    pub(super) clock: Clock,
    pub(super) epoch: u64,
    pub(super) commit_micros: Arc<AtomicU64>,
    pub(super) fatal: Arc<OnceLock<FatalError>>,
    pub(super) running: Mutex<Running>,
}

/// What ends with the log.
#[derive(Default)]
pub(super) struct Running {
    pub(super) writer: Option<JoinHandle<()>>,
    pub(super) lock: Option<FolderLock>,
}

/// How many events a concern has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryCount {
    /// The stored name of the concern.
    pub category: String,
    /// Its events.
    pub events: u64,
    /// Bytes of their payloads.
    pub bytes: u64,
}

impl Log {
    /// What derives the ids of this installation; the gate hands it out.
    pub(crate) fn identities(&self) -> Identities {
        self.shared.store.identities()
    }

    /// The keys by which what belongs to persons is sealed.
    pub(crate) fn person_keys(&self) -> &PersonKeys {
        self.shared.store.keys()
    }

    /// The log's own id.
    pub fn id(&self) -> Uuid {
        self.shared.store.log_id()
    }

    /// The epoch that began when this handle was opened, from 1; a clock that is set back begins further ones.
    pub fn epoch(&self) -> u64 {
        self.shared.epoch
    }

    /// The clock by which events get their time: whoever says how old something is that was made of them asks it.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// The end of the log: what is on the disk and told.
    pub fn head(&self) -> Head {
        *self.shared.heads.borrow()
    }

    /// The hash of the chain after a position: whoever keeps it with what he made of the log knows later whether it is
    /// of this history. None beyond the end.
    pub fn hash_at(&self, position: u64) -> Result<Option<Hash>, ReadError> {
        self.shared.store.hash_at(position)
    }

    /// The hash before the first event.
    pub fn genesis(&self) -> Hash {
        chain::genesis(self.id())
    }

    /// Follows the end of the log; its sender goes away when the log is closed.
    pub fn watch_head(&self) -> watch::Receiver<Head> {
        self.shared.heads.clone()
    }

    /// Says in the lock file where this process listens, for programs that find the folder in use.
    pub fn announce(&self, listen: &str) -> io::Result<()> {
        match &self.running().lock {
            Some(lock) => lock.describe(Some(listen)),
            None => Ok(()),
        }
    }

    /// Records events, all or none, and returns once they are on the disk. The gate is who calls it.
    pub(crate) fn record(&self, append: Append) -> Result<Appended, AppendError> {
        let answer = self.submit(append)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(self.unknown()))
    }

    /// Records events past the gate, for tests of what lies before or behind it.
    ///
    /// Dropping the future doesn't take the request back.
    #[cfg(any(test, feature = "testing"))]
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let answer = self.submit(append)?;
        answer.await.unwrap_or_else(|_| Err(self.unknown()))
    }

    /// Like [`Log::append`], for threads outside of a runtime.
    #[cfg(any(test, feature = "testing"))]
    pub fn append_blocking(&self, append: Append) -> Result<Appended, AppendError> {
        self.record(append)
    }

    /// Reads the log; blocks for the time of a few page reads.
    pub fn read(&self, request: &Read) -> Result<Vec<Recorded>, ReadError> {
        let mut found = Vec::new();
        let mut request = request.clone();
        loop {
            let page = self.read_page(&request)?;
            let bytes: usize =
                page.events.iter().filter_map(|event| event.payload.as_ref()).map(bytes::Bytes::len).sum();
            request.limit -= page.events.len();
            request.bytes_max = request.bytes_max.saturating_sub(bytes);
            found.extend(page.events);
            match page.next_position {
                Some(next) if request.limit > 0 && request.bytes_max > 0 => request.from = next,
                _ => return Ok(found),
            }
        }
    }

    /// Hands on each of these events that came after a position, in their order, up to the head of the log; answers up to where
    /// it has read. It holds no more than a page of them, and blocks for as long as they take.
    pub fn read_on(
        &self,
        position: u64,
        filter: Filter,
        mut each: impl FnMut(&Recorded) -> Result<(), ReadError>,
    ) -> Result<u64, ReadError> {
        const PAGE: usize = 1_024;
        const PAGE_BYTES: usize = 1 << 20;
        let request = Read::forward(position + 1).limit(PAGE).filter(filter);
        let mut request = Read { bytes_max: PAGE_BYTES, ..request };
        loop {
            let head = self.head().position;
            if head < request.from {
                return Ok(request.from - 1);
            }
            let page = self.read_page(&request)?;
            page.events.iter().try_for_each(&mut each)?;
            match page.next_position {
                Some(next) => request.from = next,
                // What came while it was read is in it, too.
                None => return Ok(page.events.last().map_or(head, |last| last.position().max(head))),
            }
        }
    }

    /// Reads one page of the log and says where the next begins; looks at no more than 10000 events.
    pub fn read_page(&self, request: &Read) -> Result<Page, ReadError> {
        let head = self.head().position.min(request.end);
        let range = match request.direction {
            Direction::Forward => request.from.max(1)..=head,
            Direction::Backward => 1..=request.from.min(head),
        };
        let scanned = self.scan(&Scan {
            range: range.clone(),
            direction: request.direction,
            limit: request.limit,
            bytes_max: request.bytes_max,
            frames_max: SCAN_FRAMES_MAX,
            filter: &request.filter,
        })?;
        let next_position = match (scanned.last_position, request.direction) {
            _ if scanned.complete => None,
            (None, _) => Some(request.from),
            (Some(last), Direction::Forward) => Some(last + 1).filter(|next| range.contains(next)),
            (Some(last), Direction::Backward) => Some(last - 1).filter(|next| range.contains(next)),
        };
        Ok(Page { events: scanned.events, next_position })
    }

    /// Reads a stream from a version on; blocks like [`Log::read`].
    pub fn read_stream(
        &self,
        stream: &StreamId,
        from_version: u64,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Recorded>, ReadError> {
        self.read_stream_up_to(u64::MAX, stream, from_version, direction, limit)
    }

    /// The same of a log that ends at a position.
    pub(super) fn read_stream_up_to(
        &self,
        end: u64,
        stream: &StreamId,
        from_version: u64,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Recorded>, ReadError> {
        self.lookup().stream(end, stream, from_version, direction, limit)
    }

    /// The version of a stream; 0 if there is no such stream.
    pub fn stream_version(&self, stream: &StreamId) -> Result<u64, ReadError> {
        self.lookup().stream_version(stream)
    }

    /// The event with this id.
    pub fn event(&self, id: EventId) -> Result<Option<Recorded>, ReadError> {
        let found = self.lookup().event(id)?;
        Ok(found.filter(|event| self.is_told(event.position())))
    }

    /// What a command recorded, if it was accepted.
    pub fn command(&self, principal: PrincipalId, command: CommandId) -> Result<Option<Appended>, ReadError> {
        let found = self.lookup().command(principal, command)?;
        Ok(found.filter(|appended| self.is_told(appended.last_position)))
    }

    /// Whether readers see this position by now: what was committed stands in the index a moment before.
    fn is_told(&self, position: u64) -> bool {
        position <= self.head().position
    }

    /// Follows the log from a position on: history first, then whatever is recorded.
    pub fn subscribe(&self, next_position: u64, filter: Filter) -> Subscription {
        Subscription::new(self.clone(), self.watch_head(), next_position, filter)
    }

    /// Snapshots of folds over this log.
    pub fn snapshots(&self) -> &SnapshotStore {
        &self.shared.snapshots
    }

    /// The space that the log takes on the disk.
    pub fn size_bytes(&self) -> u64 {
        self.shared.store.size_bytes()
    }

    /// How many events each concern has, by name.
    pub fn counts(&self) -> Result<Vec<CategoryCount>, ReadError> {
        let categories = self.lookup().categories()?;
        let rows = categories.iter().map(|(category, row)| CategoryCount {
            category: category.to_owned(),
            events: row.events,
            bytes: row.bytes,
        });
        Ok(rows.collect())
    }

    /// Writes what waits, closes the file and gives the folder back. Other handles find the log closed.
    pub async fn close(self) {
        let closing = tokio::task::spawn_blocking(move || self.shared.stop());
        if let Err(error) = closing.await {
            tracing::error!(%error, "log.close_failed");
        }
    }

    pub(super) fn store(&self) -> &Store {
        &self.shared.store
    }

    pub(super) fn store_shared(&self) -> Arc<Store> {
        Arc::clone(&self.shared.store)
    }

    pub(super) fn lookup(&self) -> Lookup<'_> {
        Lookup { store: &self.shared.store, index: &self.shared.index }
    }

    /// Compares the indices with the events up to a position; one that is wrong is made anew.
    ///
    /// Answers whether they were right. `pause` is asked after each stretch, and false ends the proof.
    pub(super) fn prove_index(&self, to: u64, pause: impl FnMut(u64) -> bool) -> Result<bool, ReadError> {
        index::prove(&self.shared.index, &self.shared.store, to, pause)
    }

    /// Looks through a range in short transactions.
    pub(super) fn scan(&self, scan: &Scan<'_>) -> Result<Scanned, ReadError> {
        self.lookup().scan(scan)
    }

    pub(super) fn ring(&self) -> &Ring {
        &self.shared.ring
    }

    fn submit(
        &self,
        append: Append,
    ) -> Result<oneshot::Receiver<Result<Appended, AppendError>>, AppendError> {
        append.check()?;
        let (reply, answer) = oneshot::channel();
        match self.shared.queue.push(Request { append, reply }) {
            Ok(()) => Ok(answer),
            Err(Refused::Closed) => Err(AppendError::Closed),
            Err(Refused::Full) => {
                metric::refused("overloaded");
                Err(AppendError::Overloaded { retry_after: self.retry_after() })
            }
        }
    }

    /// How long whoever finds too much waiting waits before he asks again.
    pub(crate) fn retry_after(&self) -> Duration {
        let commit = Duration::from_micros(self.shared.commit_micros.load(Ordering::Relaxed));
        (2 * commit).clamp(RETRY_AFTER_MIN, RETRY_AFTER_MAX)
    }

    fn unknown(&self) -> AppendError {
        match self.shared.fatal.get() {
            Some(fatal) => fatal.unknown(),
            None => AppendError::Unknown(io::Error::other("the writer is gone")),
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Running> {
        self.shared.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn stop(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        self.queue.close();
        if let Some(writer) = running.writer.take() {
            // The callback of a fatal error may hold the last handle: a thread can't wait for itself.
            if writer.thread().id() != thread::current().id() && writer.join().is_err() {
                tracing::error!("log.writer_panicked");
            }
        }
        self.index.close();
        self.store.close();
        if let Some(lock) = running.lock.take() {
            lock.release();
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Log").field("id", &self.id()).field("head", &self.head().position).finish()
    }
}
