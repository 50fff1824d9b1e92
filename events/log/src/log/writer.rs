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

use mediary_events::{Envelope, Recorded, StreamId};
use mediary_schema::{Clock, EventId, HostId, IdSource, Timestamp, log::OpenReason};
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};
use redb::{Database, WriteTransaction};
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

use super::{
    append::{Append, AppendHeader, Appended, NewEvent, Stamp, Urgency, Versions},
    chain, epoch, erasure,
    error::{AppendError, Damage, FatalError, IndexFault, ReadError, Trouble},
    frame::{self, Body},
    hub::Ring,
    index::{self, Categories, Facts, Index, Lookup},
    metric,
    options::OnFatal,
    queue::{Last, Queue, Request},
    recent::RecentVersions,
    record::Record,
    space::{Room, Space, estimate_bytes},
    store::{Head, Store, Tail},
};

/// An id source that repeats itself so often is broken.
const ID_DRAWS_MAX: usize = 8;

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

/// The open tables of the two transactions of a batch.
struct Tables<'t> {
    record: Record<'t>,
    index: index::Tables<'t>,
}

/// How far a batch got.
enum Written {
    Both(Staged),
    /// It is recorded, and the index doesn't follow.
    RecordOnly(Staged, IndexFault),
}

/// What becomes of one request.
enum Verdict {
    Accepted,
    Repeated(Appended),
    Refused(AppendError),
}

/// An event's place within its append.
struct Place {
    index: u32,
    len: u32,
    version: u64,
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
        let batch = self.admit(batch);
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

    /// Refuses what doesn't fit on the disk.
    fn admit(&mut self, batch: Vec<Request>) -> Vec<Request> {
        if let Some(damage) = self.store.breaks().found() {
            for request in batch {
                metric::refused("damaged");
                answer(request.reply, Err(AppendError::Broken(Arc::clone(&damage))));
            }
            return Vec::new();
        }
        let essential = batch.iter().filter(|request| request.append.urgency == Urgency::Essential);
        let (events, bytes) = essential.fold((0, 0), |(events, bytes), request| {
            (events + request.append.events.len(), bytes + request.append.weight_bytes())
        });
        let room = self.space.room(estimate_bytes(events, bytes));
        let reserve_bytes = self.space.reserve_bytes();
        let mut admitted = Vec::with_capacity(batch.len());
        for request in batch {
            let full = match (room, request.append.urgency) {
                (Room::Ample, _) | (Room::Reserve { .. }, Urgency::Essential) => None,
                (Room::Reserve { free_bytes } | Room::Nothing { free_bytes, .. }, Urgency::Normal) => {
                    Some((free_bytes, reserve_bytes))
                }
                (Room::Nothing { free_bytes, needed_bytes }, Urgency::Essential) => {
                    Some((free_bytes, needed_bytes))
                }
            };
            match full {
                None => admitted.push(request),
                Some((free_bytes, needed_bytes)) => {
                    metric::refused("storage_full");
                    answer(request.reply, Err(AppendError::StorageFull { free_bytes, needed_bytes }));
                }
            }
        }
        admitted
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

    fn stage(
        &mut self,
        recording: &WriteTransaction,
        indexing: &WriteTransaction,
        batch: &Batch<'_>,
    ) -> Result<Staged, Trouble> {
        let mut tables = Tables { record: Record::open(recording)?, index: index::Tables::open(indexing)? };
        let mut staged = Staged::default();
        if let Some(reason) = batch.opening {
            self.tail.epoch = epoch::raise(recording, self.tail.epoch)?;
            // Within an epoch time never goes back (L-4); between two it may.
            self.tail.at = batch.now;
            staged.appends += 1;
            let opened = epoch::opened(&self.store, self.host, self.tail.epoch, reason);
            self.record(&mut tables, &opened, &mut staged.recorded)?;
        }
        self.tail.at = self.tail.at.max(batch.now);
        for append in batch.appends {
            let outcome = match self.check(&tables, append)? {
                Verdict::Accepted => {
                    staged.appends += 1;
                    Ok(self.record(&mut tables, append, &mut staged.recorded)?)
                }
                Verdict::Repeated(appended) => Ok(appended),
                Verdict::Refused(error) => {
                    metric::refused("conflict");
                    Err(error)
                }
            };
            staged.answers.push(outcome);
        }
        if !staged.recorded.is_empty() {
            tables.index.finish(&mut self.categories, self.tail.head)?;
        }
        Ok(staged)
    }

    fn check(&self, tables: &Tables<'_>, append: &Append) -> Result<Verdict, Trouble> {
        let (principal, command) = (append.header.principal, append.header.command_id);
        if let Some((first, events)) = tables.index.command(principal, command)? {
            let answer = index::repeated(&tables.record.events, principal, command, first, events)?;
            return Ok(Verdict::Repeated(answer));
        }
        for (stream, expected) in &append.expected {
            let actual = self.version(tables, stream)?;
            if !expected.allows(actual) {
                let (stream, expected) = (stream.clone(), *expected);
                return Ok(Verdict::Refused(AppendError::Conflict { stream, expected, actual }));
            }
        }
        let moved = append.only_if.as_ref().map(|only_if| tables.record.moved(only_if));
        match moved.transpose()? {
            Some(positions) if !positions.is_empty() => {
                Ok(Verdict::Refused(AppendError::Moved { positions }))
            }
            Some(_) | None => Ok(Verdict::Accepted),
        }
    }

    fn record(
        &mut self,
        tables: &mut Tables<'_>,
        append: &Append,
        recorded: &mut Vec<Arc<Recorded>>,
    ) -> Result<Appended, Trouble> {
        let len = u32::try_from(append.events.len()).expect("an append has at most 10000 events");
        let first_position = self.tail.head.position + 1;
        let mut versions = Versions::default();
        for (index, event) in (0..len).zip(&append.events) {
            let version = 1 + self.version(tables, &event.stream)?;
            versions.set(&event.stream, version);
            self.versions.set(&event.stream, version);
            let place = Place { index, len, version };
            recorded.push(Arc::new(self.record_event(tables, &append.header, event.clone(), &place)?));
            for position in erasure::asked(event) {
                tables.record.erase(position)?;
            }
        }
        let header = &append.header;
        tables.index.add_command(header.principal, header.command_id, first_position, len)?;
        Ok(Appended {
            first_position,
            last_position: self.tail.head.position,
            versions: versions.into_list(),
            repeated: false,
        })
    }

    /// The version of a stream; 0 if there is no such stream.
    fn version(&self, tables: &Tables<'_>, stream: &StreamId) -> Result<u64, IndexFault> {
        match self.versions.of(stream) {
            Some(version) => Ok(version),
            None => tables.index.stream_version(&self.categories, stream),
        }
    }

    fn record_event(
        &mut self,
        tables: &mut Tables<'_>,
        header: &AppendHeader,
        event: NewEvent,
        place: &Place,
    ) -> Result<Recorded, Trouble> {
        let position = self.tail.head.position + 1;
        let mut salt = [0; 16];
        self.salts.fill_bytes(&mut salt);
        let stamp = Stamp {
            position,
            version: place.version,
            id: self.event_id(tables, position)?,
            at: self.tail.at,
            epoch: self.tail.epoch,
            append_index: place.index,
            append_len: place.len,
            digest: chain::digest(&salt, &event.payload),
        };
        let (envelope, payload) = header.envelope(event, stamp);
        let mut bytes = Vec::with_capacity(320 + payload.len());
        frame::encode_envelope(&envelope, &mut bytes);
        let hash = chain::link(&self.tail.head.hash, &bytes, &envelope.digest);
        frame::encode_rest(&envelope.digest, Body::Inline { salt: &salt, payload: &payload }, &mut bytes);
        tables.record.insert(
            position,
            &bytes,
            chain::is_stored(position, place.index, place.len).then_some(&hash),
        )?;
        let facts = Facts { position, version: place.version, payload_bytes: payload.len() as u64 };
        let Envelope { stream, extensions, .. } = &envelope;
        tables.index.add(&mut self.categories, stream, &extensions.subjects, facts)?;
        self.tail.head = Head { position, hash };
        Ok(Recorded { envelope, payload: Some(payload), replacement: None })
    }

    /// Draws an id that no event has.
    fn event_id(&self, tables: &mut Tables<'_>, position: u64) -> Result<EventId, Trouble> {
        for _ in 0..ID_DRAWS_MAX {
            let id = self.ids.next();
            if tables.index.take_id(id, position)? {
                return Ok(EventId::from_uuid(id));
            }
        }
        let damage = Damage::Structure { detail: "the source of ids repeats itself".to_owned() };
        Err(ReadError::from(damage).into())
    }

    /// Puts the index on the disk now and then, when everybody has his answer.
    fn settle(&mut self, events: u64) -> Result<(), FatalError> {
        match self.index.settle(events) {
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
                self.ring.clear();
            }
            self.ring.push(staged.recorded);
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
