//! The one thread that writes: all that waits becomes one commit and one fsync (L-2, L-3).
//!
//! Each request is checked by itself against what is in the transaction so far, so a refused one costs
//! its neighbours nothing. Answers go out after the commit, those of refusals too: a refusal may rest on
//! a neighbour's event. On an error of the storage nothing is tried again: after a failed fsync nobody
//! knows what is on the disk, and only reading it anew can tell.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use mediary_events::{Codec, Envelope, Recorded};
use mediary_schema::{Clock, EventId, IdSource, Timestamp};
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};
use redb::{Database, ReadableTable as _, Table, WriteTransaction};
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

use super::{
    append::{Append, AppendHeader, Appended, NewEvent, Urgency, Versions},
    chain,
    error::{AppendError, Damage, FatalError, ReadError},
    frame::{self, Body},
    hub::Ring,
    metric,
    options::OnFatal,
    queue::{Queue, Request},
    read,
    space::{Room, Space, estimate_bytes},
    store::{self, Head, Store, Tail},
    tables::{self, CATEGORIES, CHAIN, COMMANDS, CategoryRow, EVENTS, IDS, STREAMS},
};

/// An id source that repeats itself so often is broken.
const ID_DRAWS_MAX: usize = 8;

/// What the writer works with.
pub(super) struct Writer {
    pub(super) store: Arc<Store>,
    pub(super) queue: Arc<Queue>,
    pub(super) ring: Arc<Ring>,
    pub(super) heads: watch::Sender<Head>,
    pub(super) space: Space,
    pub(super) clock: Clock,
    pub(super) ids: IdSource,
    pub(super) salts: StdRng,
    pub(super) epoch: u64,
    pub(super) tail: Tail,
    pub(super) categories: BTreeMap<String, CategoryRow>,
    pub(super) commit_micros: Arc<AtomicU64>,
    pub(super) fatal: Arc<OnceLock<FatalError>>,
    pub(super) on_fatal: OnFatal,
}

type Answer = Result<Appended, AppendError>;
type Reply = oneshot::Sender<Answer>;

/// What a batch comes to, before it is committed.
#[derive(Default)]
struct Staged {
    answers: Vec<Answer>,
    recorded: Vec<Arc<Recorded>>,
    appends: usize,
}

/// The open tables of one transaction.
struct Tables<'t> {
    events: Table<'t, u64, &'static [u8]>,
    chain: Table<'t, u64, &'static [u8; 32]>,
    ids: Table<'t, &'static [u8; 16], u64>,
    streams: Table<'t, &'static [u8; 26], u64>,
    categories: Table<'t, &'static str, &'static [u8; 18]>,
    commands: Table<'t, &'static [u8; 32], &'static [u8; 12]>,
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
        while let Some(batch) = self.queue.take() {
            if let Err(fatal) = self.write(batch) {
                self.queue.abandon();
                (self.on_fatal)(&fatal);
                return;
            }
        }
    }

    fn write(&mut self, batch: Vec<Request>) -> Result<(), FatalError> {
        let batch = self.admit(batch);
        if batch.is_empty() {
            return Ok(());
        }
        let store = Arc::clone(&self.store);
        let (appends, replies): (Vec<Append>, Vec<Reply>) =
            batch.into_iter().map(|request| (request.append, request.reply)).unzip();
        match store.with_database(|database| self.commit(database, appends)) {
            Ok(staged) => {
                self.publish(staged, replies);
                Ok(())
            }
            Err(error) => {
                let fatal = FatalError { step: "committing a batch", source: Arc::new(error) };
                self.fatal.get_or_init(|| fatal.clone());
                for reply in replies {
                    answer(reply, Err(fatal.unknown()));
                }
                Err(fatal)
            }
        }
    }

    /// Refuses what doesn't fit on the disk.
    fn admit(&mut self, batch: Vec<Request>) -> Vec<Request> {
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

    fn commit(&mut self, database: &Database, batch: Vec<Append>) -> Result<Staged, ReadError> {
        let began = Instant::now();
        let transaction = database.begin_write()?;
        let staged = self.stage(&transaction, batch)?;
        if staged.recorded.is_empty() {
            transaction.abort()?;
            return Ok(staged);
        }
        transaction.commit()?;
        let took = began.elapsed();
        self.commit_micros.store(took.as_micros() as u64, Ordering::Relaxed);
        metric::committed(staged.appends, staged.recorded.len(), took);
        Ok(staged)
    }

    fn stage(&mut self, transaction: &WriteTransaction, batch: Vec<Append>) -> Result<Staged, ReadError> {
        let mut tables = Tables::open(transaction)?;
        let mut staged = Staged::default();
        let now = self.clock.now();
        for append in batch {
            let outcome = match self.check(&tables, &append)? {
                Verdict::Accepted => {
                    staged.appends += 1;
                    Ok(self.record(&mut tables, append, now, &mut staged.recorded)?)
                }
                Verdict::Repeated(appended) => Ok(appended),
                Verdict::Refused(error) => {
                    metric::refused("conflict");
                    Err(error)
                }
            };
            staged.answers.push(outcome);
        }
        self.count(&mut tables, &staged.recorded)?;
        Ok(staged)
    }

    fn check(&self, tables: &Tables<'_>, append: &Append) -> Result<Verdict, ReadError> {
        let key = tables::command_key(append.header.principal, append.header.command_id);
        if let Some(value) = tables.commands.get(&key)? {
            return Ok(Verdict::Repeated(store::repeated(&tables.events, value.value())?));
        }
        for (stream, expected) in &append.expected {
            let actual = match self.categories.get(stream.category.as_ref()) {
                Some(row) => read::stream_version(&tables.streams, row.number, stream.uuid)?,
                None => 0,
            };
            if !expected.allows(actual) {
                let (stream, expected) = (stream.clone(), *expected);
                return Ok(Verdict::Refused(AppendError::Conflict { stream, expected, actual }));
            }
        }
        Ok(Verdict::Accepted)
    }

    fn record(
        &mut self,
        tables: &mut Tables<'_>,
        append: Append,
        now: Timestamp,
        recorded: &mut Vec<Arc<Recorded>>,
    ) -> Result<Appended, ReadError> {
        let len = u32::try_from(append.events.len()).expect("an append has at most 10000 events");
        let first_position = self.tail.head.position + 1;
        // A clock that is set back must not make time run backwards in the log (L-4).
        self.tail.at = self.tail.at.max(now);
        let mut versions = Versions::default();
        for (index, event) in (0..len).zip(append.events) {
            let category = self.category(&event)?;
            let version = 1 + match versions.of(&event.stream) {
                Some(version) => version,
                None => read::stream_version(&tables.streams, category, event.stream.uuid)?,
            };
            versions.set(&event.stream, version);
            let place = Place { index, len, version };
            recorded.push(Arc::new(self.record_event(tables, &append.header, event, category, &place)?));
        }
        let key = tables::command_key(append.header.principal, append.header.command_id);
        tables.commands.insert(&key, &tables::command_value(first_position, len))?;
        Ok(Appended {
            first_position,
            last_position: self.tail.head.position,
            versions: versions.into_list(),
            repeated: false,
        })
    }

    fn record_event(
        &mut self,
        tables: &mut Tables<'_>,
        header: &AppendHeader,
        event: NewEvent,
        category: u16,
        place: &Place,
    ) -> Result<Recorded, ReadError> {
        let position = self.tail.head.position + 1;
        let mut salt = [0; 16];
        self.salts.fill_bytes(&mut salt);
        let envelope = Envelope {
            position,
            stream: event.stream,
            version: place.version,
            id: self.event_id(tables, position)?,
            name: event.name,
            schema: event.schema,
            at: self.tail.at,
            epoch: self.epoch,
            project: header.project,
            principal: header.principal,
            origin: header.origin,
            command_id: header.command_id,
            correlation_id: header.correlation_id,
            causation_id: header.causation_id,
            append_index: place.index,
            append_len: place.len,
            codec: Codec::MessagePack,
            digest: chain::digest(&salt, &event.payload),
        };
        let mut bytes = Vec::with_capacity(320 + event.payload.len());
        frame::encode_envelope(&envelope, &mut bytes);
        let hash = chain::link(&self.tail.head.hash, &bytes, &envelope.digest);
        frame::encode_rest(
            &envelope.digest,
            Body::Inline { salt: &salt, payload: &event.payload },
            &mut bytes,
        );
        tables.events.insert(position, bytes.as_slice())?;
        let stream_key = tables::stream_key(category, envelope.stream.uuid, place.version);
        tables.streams.insert(&stream_key, position)?;
        if chain::is_stored(position, place.index, place.len) {
            tables.chain.insert(position, &hash)?;
        }
        self.tail.head = Head { position, hash };
        Ok(Recorded { envelope, payload: Some(event.payload) })
    }

    /// Draws an id that no event has.
    fn event_id(&self, tables: &mut Tables<'_>, position: u64) -> Result<EventId, ReadError> {
        for _ in 0..ID_DRAWS_MAX {
            let id = self.ids.next();
            let taken = tables.ids.insert(id.as_bytes(), position)?.map(|position| position.value());
            match taken {
                None => return Ok(EventId::from_uuid(id)),
                Some(owner) => tables.ids.insert(id.as_bytes(), owner)?,
            };
        }
        Err(Damage::Structure { detail: "the source of ids repeats itself".to_owned() }.into())
    }

    /// Counts the event in its category and answers the category's number.
    fn category(&mut self, event: &NewEvent) -> Result<u16, ReadError> {
        let bytes = event.payload.len() as u64;
        if let Some(row) = self.categories.get_mut(event.stream.category.as_ref()) {
            row.events += 1;
            row.bytes += bytes;
            return Ok(row.number);
        }
        let number = u16::try_from(self.categories.len() + 1)
            .map_err(|_| Damage::Structure { detail: "there are too many categories".to_owned() })?;
        let row = CategoryRow { number, events: 1, bytes };
        self.categories.insert(event.stream.category.clone().into_owned(), row);
        Ok(number)
    }

    /// Stores the counts of the categories that got events.
    fn count(&self, tables: &mut Tables<'_>, recorded: &[Arc<Recorded>]) -> Result<(), ReadError> {
        let touched: BTreeSet<&str> =
            recorded.iter().map(|event| event.envelope.stream.category.as_ref()).collect();
        for name in touched {
            let row = self.categories[name];
            tables.categories.insert(name, &row.to_bytes())?;
            metric::category(name, row);
        }
        Ok(())
    }

    /// Tells what is on the disk now: first the head, so that an answered caller sees his own events.
    fn publish(&self, staged: Staged, replies: Vec<Reply>) {
        if !staged.recorded.is_empty() {
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

impl<'t> Tables<'t> {
    fn open(transaction: &'t WriteTransaction) -> Result<Self, ReadError> {
        Ok(Self {
            events: transaction.open_table(EVENTS)?,
            chain: transaction.open_table(CHAIN)?,
            ids: transaction.open_table(IDS)?,
            streams: transaction.open_table(STREAMS)?,
            categories: transaction.open_table(CATEGORIES)?,
            commands: transaction.open_table(COMMANDS)?,
        })
    }
}
