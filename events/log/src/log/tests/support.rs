//! A log in a folder of its own, and short words for what tests append.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use mediary_events::{
    Concern as _, codec,
    log::{self, Logs},
};
use mediary_schema::{Clock, CommandId, CorrelationId, IdSource, PrincipalId, ProjectId, Timestamp};
use tempfile::TempDir;
use uuid::Uuid;

use crate::log::{
    Append, AppendHeader, Expected, Log, NewEvent, Options, Origin, OriginKind, Recorded, Schema, StreamId,
    Urgency, store,
};

/// Ids that count, so that two runs are the same.
pub(super) fn counting_ids() -> IdSource {
    let next = Arc::new(AtomicU64::new(1));
    IdSource::new(move || counted_id(next.fetch_add(1, Ordering::Relaxed)))
}

/// The UUID of version 7 with a number.
pub(super) fn counted_id(number: u64) -> Uuid {
    Uuid::from_u128(0xE000 << 100 | 7 << 76 | 2 << 62 | u128::from(number))
}

/// Options for tests: small, without ballast, with a clock that stands still.
pub(super) fn options(directory: &TempDir) -> (Options, Arc<AtomicI64>) {
    let (clock, cell) = Clock::manual(Timestamp::from_micros(1_790_000_000_000_000));
    let mut options = Options::new(directory.path());
    options.reserve_bytes = 0;
    options.clock = clock;
    (options, cell)
}

/// A log in a folder that goes away with it.
pub(super) struct Bench {
    pub(super) log: Log,
    pub(super) directory: TempDir,
    pub(super) clock: Arc<AtomicI64>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with(|_| ())
    }

    pub(super) fn with(change: impl FnOnce(&mut Options)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (mut options, clock) = options(&directory);
        change(&mut options);
        Self { log: Log::open(options).unwrap(), directory, clock }
    }

    /// Closes the log and opens it again.
    pub(super) fn reopen(self) -> Self {
        let Self { log, directory, .. } = self;
        drop(log);
        Self::on(directory)
    }

    /// Opens the log that is in a folder.
    pub(super) fn on(directory: TempDir) -> Self {
        let (options, clock) = options(&directory);
        Self { log: Log::open(options).unwrap(), directory, clock }
    }

    /// Everything but what the log says of itself.
    pub(super) fn appended(&self) -> Vec<Recorded> {
        let mut events = self.all();
        events.retain(|event| event.envelope.stream.category != Logs::NAME);
        events
    }

    pub(super) fn all(&self) -> Vec<Recorded> {
        self.log.read(&crate::log::Read::forward(1).limit(usize::MAX)).unwrap()
    }
}

/// The stream number `n` of a concern.
pub(super) fn stream(category: &'static str, n: u128) -> StreamId {
    StreamId::new(category, Uuid::from_u128(n))
}

/// An event whose payload is a MessagePack text.
pub(super) fn event(stream: &StreamId, name: &'static str, text: &str) -> NewEvent {
    let payload = Bytes::from(rmp_serde::to_vec_named(text).unwrap());
    NewEvent::new(stream.clone(), name, Schema::new(1, 0), payload)
}

/// An append of command number `command` that expects nothing.
pub(super) fn append(command: u128, events: Vec<NewEvent>) -> Append {
    let header = AppendHeader {
        project: ProjectId::HOME,
        principal: PrincipalId::OWNER,
        origin: Origin { kind: OriginKind::Cli, id: Uuid::nil() },
        command_id: CommandId::from_uuid(Uuid::from_u128(command)),
        command: None,
        correlation_id: CorrelationId::from_uuid(Uuid::from_u128(command)),
        causation_id: None,
    };
    Append { header, urgency: Urgency::Normal, expected: Vec::new(), only_if: Vec::new(), events }
}

/// An append of one event.
pub(super) fn append_one(command: u128, stream: &StreamId, text: &str) -> Append {
    append(command, vec![event(stream, "noted", text)])
}

/// An event that erases others.
pub(super) fn erasing(log: &Log, positions: &[u64]) -> NewEvent {
    let erased = log::Event::Erased {
        positions: positions.to_vec(),
        reason: "on request".to_owned(),
        replacements: vec![],
    };
    let encoded = codec::encode::<Logs>(&erased);
    let name = encoded.kind.name;
    NewEvent { payload: encoded.payload.into(), ..event(&Logs::stream(log.id()), name, "") }
}

/// The same append with one more expectation.
pub(super) fn expecting(mut append: Append, stream: &StreamId, expected: Expected) -> Append {
    append.expected.push((stream.clone(), expected));
    append
}

/// Flips a bit of the byte at `at` in every copy of a needle in a file; answers how many there were.
///
/// The file keeps old copies of pages, and nobody knows from outside which is the one in use.
pub(super) fn flip_everywhere(path: &Path, needle: &[u8], at: usize) -> usize {
    let mut bytes = fs::read(path).unwrap();
    let places: Vec<usize> = bytes
        .windows(needle.len())
        .enumerate()
        .filter(|(_, window)| *window == needle)
        .map(|(n, _)| n)
        .collect();
    for place in &places {
        bytes[place + at] ^= 0b100;
    }
    fs::write(path, bytes).unwrap();
    places.len()
}

/// A copy of the log's files as they are at this moment, in a folder of its own: what a crash would leave.
pub(super) fn copy_of(directory: &TempDir) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in [store::file, index_file] {
        let (from, to) = (file(directory.path()), file(copy.path()));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
    copy
}

/// The file of the indices of a data folder.
pub(super) fn index_file(directory: &Path) -> PathBuf {
    directory.join("index/00000000000000000001.redb")
}
