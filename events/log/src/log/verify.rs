//! Proves a log whole, or names the first position that isn't (PL-06).
//!
//! A payload is named exactly, by its digest. An envelope is named within the events since the last stored
//! hash, at most 256. What only looks wrong because an envelope before it is wrong must not be blamed first, so
//! every finding waits for the next stored hash.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader},
    path::{Path, PathBuf},
};

use mediary_schema::Timestamp;
use redb::{ReadTransaction, ReadableTableMetadata};
use uuid::Uuid;

use super::{
    bundle,
    chain::{self, Hash, STRIDE},
    error::{Damage, OpenError, ReadError},
    frame::{Body, Frame},
    handle::Log,
    offline::OfflineLog,
    read,
    rules::Rules,
    store::{self, Head, Store},
    tables::{CHAIN, EVENTS},
};

/// Events that one read transaction looks at.
const CHUNK: u64 = 4_096;

/// What someone else kept: the hash of the chain after a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The position.
    pub position: u64,
    /// The hash after it.
    pub hash: Hash,
}

/// What was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which log.
    pub log_id: Uuid,
    /// The first position.
    pub first_position: u64,
    /// The last position; one less than the first if there are no events.
    pub last_position: u64,
    /// The hash of the chain after it.
    pub head_hash: Hash,
    /// How many events.
    pub events: u64,
    /// How many of them have no payload any more.
    pub erased: u64,
}

/// Why a log could not be proved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Stored bytes are wrong.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        damage: Damage,
    },
    /// It can't be read.
    #[error("reading {} failed", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: ReadError,
    },
    /// A bundle can't be read.
    #[error("reading {} failed", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A line of a bundle is not what an export writes.
    #[error("line {line} of {} is not what an export writes: {detail}", path.display())]
    Bundle {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// In which way.
        detail: String,
    },
    /// It is whole, but another history than the checkpoint's.
    #[error("the log is not the one that the checkpoint at {position} was taken from")]
    Checkpoint {
        /// The position.
        position: u64,
        /// The hash that was kept.
        expected: Hash,
        /// The hash that the log has.
        actual: Hash,
    },
    /// It is whole, but doesn't reach the checkpoint.
    #[error("the checkpoint at {position} lies outside of the log, which goes from {first} to {last}")]
    CheckpointOutside {
        /// The position.
        position: u64,
        /// The first event.
        first: u64,
        /// The last event.
        last: u64,
    },
}

impl VerifyError {
    /// What is wrong with stored bytes, if that is it.
    pub const fn damage(&self) -> Option<&Damage> {
        match self {
            Self::Damaged { damage, .. } | Self::Open(OpenError::Damaged { damage, .. }) => Some(damage),
            _ => None,
        }
    }

    /// The first bad position, where one can be told.
    pub const fn position(&self) -> Option<u64> {
        match self {
            Self::Checkpoint { position, .. } => Some(*position),
            Self::CheckpointOutside { last, .. } => Some(*last + 1),
            _ => match self.damage() {
                Some(damage) => damage.position(),
                None => None,
            },
        }
    }

    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::Damaged { damage, .. } => damage.code(),
            Self::Read { .. } | Self::Io { .. } => "LOG_UNREADABLE",
            Self::Bundle { .. } => "BUNDLE_MALFORMED",
            Self::Checkpoint { .. } | Self::CheckpointOutside { .. } => "LOG_CHECKPOINT_MISSED",
        }
    }

    /// The next step for a person.
    pub fn advice(&self) -> String {
        match self {
            Self::Open(error) => error.advice(),
            Self::Damaged { damage, .. } => damage.advice().to_owned(),
            Self::Read { .. } | Self::Io { .. } => "check that the file can be read by this user".to_owned(),
            Self::Bundle { .. } => {
                "export it again with `mediary log export FILE`, and don't edit it".to_owned()
            }
            Self::Checkpoint { .. } => {
                "history before the checkpoint was changed, or this is another log: restore the newest backup that \
                 verifies against it"
                    .to_owned()
            }
            Self::CheckpointOutside { .. } => {
                "events were lost, or this is an older copy: restore the newest backup that verifies against it"
                    .to_owned()
            }
        }
    }
}

/// Proves the log of a data folder, or a bundle if the path is a file. Writes nothing.
pub fn verify(path: &Path, checkpoint: Option<Checkpoint>) -> Result<Report, VerifyError> {
    if path.is_file() { verify_bundle(path, checkpoint) } else { verify_folder(path, checkpoint) }
}

/// Proves an open log up to its present end, in short transactions.
pub fn verify_live(log: &Log, checkpoint: Option<Checkpoint>) -> Result<Report, VerifyError> {
    let path = log.store().path().to_owned();
    let head = log.head();
    let proof = prove(log.store(), head, checkpoint).map_err(|error| failed(&path, error))?;
    // A wrong index is no damage of the log: it was made anew by now.
    log.prove_index(head.position, |_| true).map_err(|error| failed(&path, error))?;
    conclude(&proof.walk, log.id(), 1, proof.checkpoint)
}

fn verify_folder(directory: &Path, checkpoint: Option<Checkpoint>) -> Result<Report, VerifyError> {
    let offline = OfflineLog::open(directory)?;
    let path = store::file(directory);
    let log_id = offline.store.log_id();
    let proved = prove_whole(&offline.store, checkpoint).map_err(|error| failed(&path, error))?;
    conclude(&proved.walk, log_id, 1, proved.checkpoint)
}

fn verify_bundle(path: &Path, checkpoint: Option<Checkpoint>) -> Result<Report, VerifyError> {
    let io = |source| VerifyError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    let mut lines = bundle::Lines::new(BufReader::new(file));
    let malformed = |line, detail| VerifyError::Bundle { path: path.to_owned(), line, detail };
    let unreadable = |error| match error {
        bundle::LineError::Io(source) => VerifyError::Io { path: path.to_owned(), source },
        bundle::LineError::Malformed { line, detail } => malformed(line, detail),
    };
    let header = lines.header().map_err(unreadable)?;
    let mut walk = Walk::after(header.first_position - 1, header.previous_hash);
    let mut crossing = Crossing::new(checkpoint);
    crossing.pass(walk.position, &walk.hash);
    let damaged = |damage| VerifyError::Damaged { path: path.to_owned(), damage };
    while let Some(line) = lines.event().map_err(unreadable)? {
        let number = lines.number();
        let frame = Frame::parse(&line.frame).map_err(|error| malformed(number, error.to_string()))?;
        walk.frame(&frame).map_err(damaged)?;
        walk.stored(&line.hash).map_err(damaged)?;
        crossing.pass(walk.position, &walk.hash);
    }
    walk.finish().map_err(damaged)?;
    if walk.position != header.last_position || walk.hash != header.last_hash {
        let detail = format!("it ends with event {} instead of {}", walk.position, header.last_position);
        return Err(damaged(Damage::Truncated { detail }));
    }
    conclude(&walk, header.log_id, header.first_position, crossing)
}

fn failed(path: &Path, error: ReadError) -> VerifyError {
    let path = path.to_owned();
    match error {
        ReadError::Damaged(damage) => VerifyError::Damaged { path, damage },
        source => VerifyError::Read { path, source },
    }
}

fn conclude(walk: &Walk, log_id: Uuid, first: u64, crossing: Crossing) -> Result<Report, VerifyError> {
    crossing.conclude(first, walk.position)?;
    Ok(Report {
        log_id,
        first_position: first,
        last_position: walk.position,
        head_hash: walk.hash,
        events: walk.events,
        erased: walk.erased,
    })
}

/// A checkpoint, and what the log has there.
struct Crossing {
    checkpoint: Option<Checkpoint>,
    actual: Option<Hash>,
}

impl Crossing {
    fn new(checkpoint: Option<Checkpoint>) -> Self {
        Self { checkpoint, actual: None }
    }

    fn pass(&mut self, position: u64, hash: &Hash) {
        if self.checkpoint.is_some_and(|checkpoint| checkpoint.position == position) {
            self.actual = Some(*hash);
        }
    }

    fn conclude(self, first: u64, last: u64) -> Result<(), VerifyError> {
        match (self.checkpoint, self.actual) {
            (None, _) => Ok(()),
            (Some(Checkpoint { position, .. }), None) => {
                Err(VerifyError::CheckpointOutside { position, first, last })
            }
            (Some(kept), Some(actual)) if kept.hash == actual => Ok(()),
            (Some(Checkpoint { position, hash: expected }), Some(actual)) => {
                Err(VerifyError::Checkpoint { position, expected, actual })
            }
        }
    }
}

/// The walk along the chain.
pub(super) struct Walk {
    position: u64,
    hash: Hash,
    /// The first event after the last stored hash that was right.
    unproved: u64,
    /// What was noticed since then, to be believed if the next stored hash is right.
    noticed: Option<Damage>,
    /// A stored hash that was wrong: itself, if the next one is right, else an envelope before it.
    disputed: Option<(u64, Damage)>,
    at: Timestamp,
    epoch: u64,
    /// How many events of the append are still to come.
    append_left: u32,
    events: u64,
    erased: u64,
}

impl Walk {
    /// Begins behind a position.
    pub(super) fn after(position: u64, hash: Hash) -> Self {
        Self {
            position,
            hash,
            unproved: position + 1,
            noticed: None,
            disputed: None,
            at: Timestamp::from_micros(i64::MIN),
            epoch: 0,
            append_left: 0,
            events: 0,
            erased: 0,
        }
    }

    pub(super) fn hash(&self) -> &Hash {
        &self.hash
    }

    /// Takes the next event.
    pub(super) fn frame(&mut self, frame: &Frame<'_>) -> Result<(), Damage> {
        let position = self.position + 1;
        if frame.position() != position {
            let detail = format!("event {} stands in its place", frame.position());
            return Err(Damage::Envelope { first: self.unproved, last: position, detail });
        }
        self.position = position;
        self.hash = chain::link(&self.hash, frame.envelope_bytes(), frame.digest());
        self.events += 1;
        self.erased += u64::from(frame.body() == Body::Erased);
        if !frame.payload_matches() {
            self.notice(Damage::Payload { position });
        }
        if let Some(detail) = self.order(frame) {
            self.notice(Damage::Envelope { first: position, last: position, detail: detail.to_owned() });
        }
        if position - self.unproved >= 2 * STRIDE {
            return Err(Damage::Index { index: "chain", position });
        }
        Ok(())
    }

    /// Keeps what was noticed until the envelopes up to here are proved.
    fn notice(&mut self, damage: Damage) {
        self.noticed.get_or_insert(damage);
    }

    fn order(&mut self, frame: &Frame<'_>) -> Option<&'static str> {
        let (at, epoch) = (frame.at(), frame.epoch());
        let goes_back = at < self.at || epoch < self.epoch;
        self.at = self.at.max(at);
        self.epoch = self.epoch.max(epoch);
        let first_of_walk = self.events == 1;
        let left = frame.append_len() - frame.append_index();
        let continues = left == self.append_left || (self.append_left == 0 && frame.append_index() == 0);
        self.append_left = left - 1;
        if goes_back {
            return Some("its time or epoch lies before the event in front of it");
        }
        (!continues && !first_of_walk).then_some("it does not continue its append")
    }

    /// Takes the hash that is stored for the present position.
    pub(super) fn stored(&mut self, hash: &Hash) -> Result<(), Damage> {
        let right = *hash == self.hash;
        if let Some((position, damage)) = self.disputed.take() {
            return Err(if right { Damage::Index { index: "chain", position } } else { damage });
        }
        if right {
            self.unproved = self.position + 1;
            return self.noticed.take().map_or(Ok(()), Err);
        }
        let detail = match self.noticed.take() {
            Some(Damage::Envelope { detail, .. }) => detail,
            _ => "the chain does not lead to its stored hash".to_owned(),
        };
        let damage = Damage::Envelope { first: self.unproved, last: self.position, detail };
        self.disputed = Some((self.position, damage));
        Ok(())
    }

    /// Ends the walk: nothing may be left unproved.
    pub(super) fn finish(&mut self) -> Result<(), Damage> {
        if let Some((_, damage)) = self.disputed.take() {
            return Err(damage);
        }
        if self.unproved <= self.position {
            return Err(Damage::Index { index: "chain", position: self.position });
        }
        Ok(())
    }
}

struct Proof {
    walk: Walk,
    checkpoint: Crossing,
    rules: Rules,
    hashes: u64,
}

/// Proves events and chain up to a head.
fn prove(store: &Store, head: Head, checkpoint: Option<Checkpoint>) -> Result<Proof, ReadError> {
    let walk = Walk::after(0, chain::genesis(store.log_id()));
    let mut proof = Proof { walk, checkpoint: Crossing::new(checkpoint), rules: Rules::default(), hashes: 0 };
    proof.checkpoint.pass(0, proof.walk.hash());
    while proof.walk.position < head.position {
        let last = head.position.min(proof.walk.position + CHUNK);
        store.read(|transaction| prove_chunk(transaction, &mut proof, last))?;
    }
    proof.walk.finish()?;
    if proof.walk.hash != head.hash {
        return Err(Damage::Index { index: "chain", position: head.position }.into());
    }
    Ok(proof)
}

fn prove_chunk(transaction: &ReadTransaction, proof: &mut Proof, last: u64) -> Result<(), ReadError> {
    let first = proof.walk.position + 1;
    let mut hashes = BTreeMap::new();
    for row in transaction.open_table(CHAIN)?.range(first..=last)? {
        let (position, hash) = row?;
        hashes.insert(position.value(), *hash.value());
    }
    proof.hashes += hashes.len() as u64;
    let events = transaction.open_table(EVENTS)?;
    for position in first..=last {
        let missing =
            || Damage::Envelope { first: position, last: position, detail: "it is missing".to_owned() };
        let row = events.get(position)?.ok_or_else(missing)?;
        let frame = read::parse(position, row.value())?;
        proof.walk.frame(&frame)?;
        if let Some(rule) = proof.rules.broken_by(&frame) {
            proof.walk.notice(Damage::Envelope { first: position, last: position, detail: rule.to_owned() });
        }
        let stored = hashes.get(&position);
        if stored.is_none() && chain::is_stored(position, frame.append_index(), frame.append_len()) {
            proof.walk.notice(Damage::Index { index: "chain", position });
        }
        if let Some(hash) = stored {
            proof.walk.stored(hash)?;
        }
        proof.checkpoint.pass(position, proof.walk.hash());
    }
    Ok(())
}

/// Proves a file that nobody writes to: also that it holds nothing else, and that its pages are whole.
fn prove_whole(store: &Store, checkpoint: Option<Checkpoint>) -> Result<Proof, ReadError> {
    let tail = store.read(|transaction| {
        let last = transaction.open_table(CHAIN)?;
        let last = redb::ReadableTable::last(&last)?;
        let events = transaction.open_table(EVENTS)?;
        let end = redb::ReadableTable::last(&events)?.map_or(0, |(position, _)| position.value());
        Ok((last.map(|(position, hash)| (position.value(), *hash.value())), end))
    })?;
    let head = match tail {
        (Some((position, hash)), end) if position == end => Head { position, hash },
        (None, 0) => Head { position: 0, hash: chain::genesis(store.log_id()) },
        // Without its last hash the log is proved as far as there are hashes, to name what is wrong first.
        (_, end) => Head { position: end, hash: [0; 32] },
    };
    let proof = prove(store, head, checkpoint)?;
    store.read(|transaction| proof.compare_totals(transaction))?;
    check_pages(store)?;
    Ok(proof)
}

fn check_pages(store: &Store) -> Result<(), ReadError> {
    let Some(mut database) = store.take() else { return Err(ReadError::Closed) };
    // Moved into it: on damaged bytes even closing the file may panic.
    store::contain(move || {
        if database.check_integrity()? {
            return Ok(());
        }
        let detail = "checksums of its pages don't match".to_owned();
        Err(Damage::Structure { detail }.into())
    })
}

impl Proof {
    /// Nothing stands in the record that isn't proved.
    fn compare_totals(&self, transaction: &ReadTransaction) -> Result<(), ReadError> {
        let totals = [
            ("events", transaction.open_table(EVENTS)?.len()?, self.walk.events),
            ("chain", transaction.open_table(CHAIN)?.len()?, self.hashes),
        ];
        match totals.into_iter().find(|(_, stored, counted)| stored != counted) {
            Some((index, ..)) => Err(Damage::Index { index, position: self.walk.position }.into()),
            None => Ok(()),
        }
    }
}
