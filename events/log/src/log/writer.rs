//! The one thread that writes: all that waits becomes one commit and one fsync (L-2, L-3).
//!
//! A batch is checked against the index, which is always as new as the record, inside two open transactions. The
//! record is committed durably, the index follows in memory, then the head and the answers are told.
//!
//! Each request is checked by itself against what is in the transaction so far, so a refused one costs
//! its neighbours nothing. Answers go out after the commit, those of refusals too: a refusal may rest on
//! a neighbour's event. On an error of the storage nothing is tried again: after a failed fsync nobody
//! knows what is on the disk, and only reading it anew can tell.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use mediary_events::Recorded;
use mediary_schema::{Clock, HostId, IdSource, Timestamp, log::OpenReason};
use rand::{SeedableRng as _, rngs::StdRng};
use redb::Database;
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

use super::{
    append::{Append, Appended},
    epoch,
    error::{AppendError, Damage, FatalError, IndexFault, ReadError, Trouble},
    hub::Ring,
    index::{Categories, Index, Lookup},
    metric,
    options::OnFatal,
    queue::{Last, Queue, Request},
    recent::RecentVersions,
    space::Space,
    store::{Head, Store, Tail},
};

mod admission;
mod staging;

/// What the writer works with.
pub(super) struct Writer {
    pub(super) store: Arc<Store>,
    pub(super) index: Arc<Index>,
    pub(super) queue: Arc<Queue>,
    pub(super) ring: Arc<Ring>,
    pub(super) heads: watch::Sender<Head>,
    pub(super) space: Space,
    pub(super) clock: Clock,
    pub(super) ids: IdSource,
    pub(super) salts: StdRng,
    pub(super) host: Option<HostId>,
    pub(super) tail: Tail,
    pub(super) categories: Categories,
    pub(super) versions: RecentVersions,
    /// The index that the categories are of.
    pub(super) generation: u64,
    pub(super) commit_micros: Arc<AtomicU64>,
    pub(super) fatal: Arc<OnceLock<FatalError>>,
    pub(super) on_fatal: OnFatal,
}

type Answer = Result<Appended, AppendError>;
type Reply = oneshot::Sender<Answer>;

/// What becomes one commit.
struct Batch<'a> {
    /// Why a new epoch begins with it, if one does.
    opening: Option<OpenReason>,
    appends: &'a [Append],
    now: Timestamp,
}

/// What a batch comes to, before it is committed.
#[derive(Default)]
struct Staged {
    answers: Vec<Answer>,
    recorded: Vec<Arc<Recorded>>,
    appends: usize,
    /// Whether something was erased.
    erases: bool,
}

/// How far a batch got.
enum Written {
    Both(Staged),
    /// It is recorded, and the index doesn't follow.
    RecordOnly(Staged, IndexFault),
}

/// A source of salts that nobody can guess: a guessed salt would let an erased payload be guessed, too.
pub(super) fn salts() -> StdRng {
    StdRng::from_os_rng()
}

impl Writer {
    /// Writes until the queue is closed and empty, or the storage fails.
    pub(super) fn run(mut self) {
        let written = catch_unwind(AssertUnwindSafe(|| self.write_all()));
        let fatal = match written {
            Ok(Ok(())) => return,
            Ok(Err(fatal)) => fatal,
            // A thread that went without a word would leave everybody waiting for ever.
            Err(_printed) => {
                let damage = Damage::Structure { detail: "the writer panicked".to_owned() };
                self.give_up("writing", damage.into())
            }
        };
        self.queue.abandon();
        (self.on_fatal)(&fatal);
    }

    /// Begins the epoch of this opening, before anybody may ask for anything.
    pub(super) fn open(&mut self, reason: OpenReason) -> Result<u64, ReadError> {
        let now = self.clock.now();
        let staged = self.commit(&Batch { opening: Some(reason), appends: &[], now })?;
        self.publish(staged, Vec::new());
        Ok(self.tail.epoch)
    }

    fn write_all(&mut self) -> Result<(), FatalError> {
        let mut last = Last::default();
        while let Some(batch) = self.queue.take(last) {
            let (requests, began) = (batch.len(), Instant::now());
            self.write(batch)?;
            last = Last { requests, took: began.elapsed() };
        }
        Ok(())
    }

    fn write(&mut self, batch: Vec<Request>) -> Result<(), FatalError> {
        let batch = self.admit(batch)?;
        if batch.is_empty() {
            return Ok(());
        }
        let (appends, replies): (Vec<Append>, Vec<Reply>) =
            batch.into_iter().map(|request| (request.append, request.reply)).unzip();
        let now = self.clock.now();
        let opening = epoch::due(now, self.tail.at);
        let staged = match self.commit(&Batch { opening, appends: &appends, now }) {
            Ok(staged) => staged,
            Err(error) => {
                let fatal = self.give_up("committing a batch", error);
                for reply in replies {
                    answer(reply, Err(fatal.unknown()));
                }
                return Err(fatal);
            }
        };
        let events = staged.recorded.len() as u64;
        self.publish(staged, replies);
        self.settle(events)
    }

    /// Remembers why nothing is written any more.
    fn give_up(&self, step: &'static str, error: ReadError) -> FatalError {
        let fatal = FatalError { step, source: Arc::new(error) };
        self.fatal.get_or_init(|| fatal.clone());
        fatal
    }

    /// Writes a batch. A faulty index is made anew and asked again, as long as nothing is on the disk.
    fn commit(&mut self, batch: &Batch<'_>) -> Result<Staged, ReadError> {
        match self.attempt(batch) {
            Err(Trouble::Index(fault)) if fault.is_damage() => {
                self.index.remake(&self.store, self.generation, &fault)?;
                Ok(self.attempt(batch)?)
            }
            outcome => Ok(outcome?),
        }
    }

    fn attempt(&mut self, batch: &Batch<'_>) -> Result<Staged, Trouble> {
        self.refresh_categories()?;
        let before = (self.tail, self.categories.clone());
        let (index, store) = (Arc::clone(&self.index), Arc::clone(&self.store));
        let outcome =
            index.with_database(|index| store.with_database(|record| self.write_both(record, index, batch)));
        match outcome {
            Ok(Written::Both(staged)) => {
                // A time that no event has is no time of the log.
                if staged.recorded.is_empty() {
                    self.tail = before.0;
                }
                Ok(staged)
            }
            Ok(Written::RecordOnly(staged, fault)) => {
                self.index.remake(&self.store, self.generation, &fault)?;
                Ok(staged)
            }
            Err(trouble) => {
                (self.tail, self.categories) = before;
                self.versions.forget();
                Err(trouble)
            }
        }
    }

    /// What is counted here must be what the index counts.
    fn refresh_categories(&mut self) -> Result<(), ReadError> {
        if self.generation != self.index.generation() {
            self.generation = self.index.generation();
            self.categories = Lookup { store: &self.store, index: &self.index }.categories()?;
        }
        Ok(())
    }

    fn write_both(
        &mut self,
        record: &Database,
        index: &Database,
        batch: &Batch<'_>,
    ) -> Result<Written, Trouble> {
        let began = Instant::now();
        let indexing = Index::begin(index)?;
        let recording = record.begin_write().map_err(ReadError::from)?;
        let mut staged = self.stage(&recording, &indexing, batch)?;
        if staged.recorded.is_empty() {
            recording.abort().map_err(ReadError::from)?;
            indexing.abort().map_err(IndexFault::from)?;
            return Ok(Written::Both(staged));
        }
        for event in &staged.recorded {
            staged.erases |= self.store.erasures().keep(event);
        }
        recording.commit().map_err(ReadError::from)?;
        let took = began.elapsed();
        self.commit_micros.store(took.as_micros() as u64, Ordering::Relaxed);
        metric::committed(staged.appends, staged.recorded.len(), took);
        Ok(match indexing.commit() {
            Ok(()) => Written::Both(staged),
            Err(error) => Written::RecordOnly(staged, error.into()),
        })
    }

    /// Puts the index on the disk now and then, when everybody has his answer.
    fn settle(&mut self, events: u64) -> Result<(), FatalError> {
        let settled = self.index.settle(events);
        self.settled(settled)?;
        if self.space.owes_too_much(self.index.owed_bytes()) {
            self.settle_now()?;
        }
        Ok(())
    }

    /// Puts the index on the disk before room for that runs out.
    fn settle_now(&mut self) -> Result<(), FatalError> {
        let settled = self.index.settle_now();
        self.settled(settled)
    }

    fn settled(&self, settled: Result<(), Trouble>) -> Result<(), FatalError> {
        match settled {
            Err(Trouble::Index(fault)) if fault.is_damage() => self
                .index
                .remake(&self.store, self.generation, &fault)
                .map_err(|error| self.give_up("making the index anew", error)),
            Err(trouble) => Err(self.give_up("settling the index", trouble.into())),
            Ok(()) => Ok(()),
        }
    }

    /// Tells what is on the disk now: first the head, so that an answered caller sees his own events.
    fn publish(&self, staged: Staged, replies: Vec<Reply>) {
        if !staged.recorded.is_empty() {
            if staged.erases {
                self.store.erasures().freshen();
                // What stands before it in this batch may say what is gone: whoever follows reads the file.
                self.ring.clear();
            } else {
                self.ring.push(staged.recorded);
            }
            self.heads.send_replace(self.tail.head);
            metric::size(self.tail.head.position, self.store.size_bytes());
        }
        for (reply, outcome) in replies.into_iter().zip(staged.answers) {
            answer(reply, outcome);
        }
    }
}

/// Answers a caller; one who no longer waits has gone on without.
fn answer(reply: Reply, outcome: Answer) {
    reply.send(outcome).ok();
}
