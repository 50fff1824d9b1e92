//! Proves a log whole, or names the first position that isn't (PL-06).
//!
//! A payload is named exactly, by its digest. An envelope is named within the events since the last stored
//! hash, at most 256. What only looks wrong because an envelope before it is wrong must not be blamed first, so
//! every finding waits for the next stored hash.

mod bundle;
mod error;
mod report;

use std::{collections::BTreeMap, path::Path};

use redb::{ReadTransaction, ReadableTableMetadata};

use self::report::Crossing;
pub use self::{
    bundle::verify_bundle,
    error::VerifyError,
    report::{Checkpoint, Erasure, Report},
};
use super::{
    chain::{self, Hash, STRIDE},
    epoch, erasure,
    error::{Damage, ReadError},
    frame::{Body, Frame},
    handle::Log,
    offline::OfflineLog,
    read,
    rules::Rules,
    store::{self, Head, Store},
    tables::{CHAIN, EVENTS, META},
};

/// Events that one read transaction looks at.
const CHUNK: u64 = 4_096;

/// Proves an open log up to its present end, in short transactions.
pub fn verify_live(log: &Log, checkpoint: Option<Checkpoint>) -> Result<Report, VerifyError> {
    verify_live_while(log, checkpoint, || true)
}

/// [`verify_live`] for as long as somebody waits for it: asked after each stretch, and false ends the proof.
pub fn verify_live_while(
    log: &Log,
    checkpoint: Option<Checkpoint>,
    goes_on: impl Fn() -> bool,
) -> Result<Report, VerifyError> {
    let path = log.store().path().to_owned();
    let head = log.head();
    let proof = prove(log.store(), head, checkpoint, Depth::Rules, &mut |_| goes_on())
        .map_err(|error| failed(&path, error))?;
    // A wrong index is no damage of the log: it was made anew by now.
    log.prove_index(head.position, |_| goes_on()).map_err(|error| failed(&path, error))?;
    conclude(log.id(), proof)
}

/// Proves the log of a data folder that no server has. Writes nothing.
pub fn verify(directory: &Path, checkpoint: Option<Checkpoint>) -> Result<Report, VerifyError> {
    let offline = OfflineLog::open(directory)?;
    let path = store::file(directory);
    let log_id = offline.store.log_id();
    let proof = prove_whole(&offline.store, checkpoint).map_err(|error| failed(&path, error))?;
    conclude(log_id, proof)
}

fn failed(path: &Path, error: ReadError) -> VerifyError {
    let path = path.to_owned();
    match error {
        ReadError::Damaged(damage) => VerifyError::Damaged { path, damage },
        source => VerifyError::Read { path, source },
    }
}

fn conclude(log_id: uuid::Uuid, proof: Proof) -> Result<Report, VerifyError> {
    let Proof { walk, checkpoint, rules, .. } = proof;
    let last_position = walk.position;
    let checkpoint = checkpoint.conclude((1, last_position), false)?;
    Ok(Report {
        log_id,
        first_position: 1,
        last_position,
        head_hash: walk.hash,
        events: walk.events,
        erased: walk.erased,
        erasures: rules.into_erasures(),
        events_cut_before: 0,
        events_cut_after: 0,
        checkpoint,
    })
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
    events: u64,
    erased: u64,
}

impl Walk {
    /// Begins behind a position.
    pub(super) fn after(position: u64, hash: Hash) -> Self {
        Self { position, hash, unproved: position + 1, noticed: None, disputed: None, events: 0, erased: 0 }
    }

    /// The position of the last event.
    pub(super) const fn position(&self) -> u64 {
        self.position
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
        if position - self.unproved >= 2 * STRIDE {
            return Err(Damage::Index { index: "chain", position });
        }
        Ok(())
    }

    /// Keeps what was noticed until the envelopes up to here are proved.
    fn notice(&mut self, damage: Damage) {
        self.noticed.get_or_insert(damage);
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

/// How much is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Payloads and the chain, in the same memory however long the log is.
    Chain,
    /// The rules over all events, too.
    Rules,
}

/// Proves payloads and chain up to a head; asked before each stretch how far it is, false ends it.
pub(super) fn prove_chain(
    store: &Store,
    head: Head,
    goes_on: &mut dyn FnMut(u64) -> bool,
) -> Result<(), ReadError> {
    prove(store, head, None, Depth::Chain, goes_on).map(drop)
}

/// Proves events and chain up to a head.
fn prove(
    store: &Store,
    head: Head,
    checkpoint: Option<Checkpoint>,
    depth: Depth,
    goes_on: &mut dyn FnMut(u64) -> bool,
) -> Result<Proof, ReadError> {
    let walk = Walk::after(0, chain::genesis(store.log_id()));
    let mut proof = Proof { walk, checkpoint: Crossing::new(checkpoint), rules: Rules::after(0), hashes: 0 };
    proof.checkpoint.pass(0, proof.walk.hash());
    while proof.walk.position < head.position {
        if !goes_on(proof.walk.position) {
            return Err(ReadError::Closed);
        }
        let last = head.position.min(proof.walk.position + CHUNK);
        store.read(|transaction| prove_chunk((store, transaction), &mut proof, last, depth))?;
    }
    proof.walk.finish()?;
    if proof.walk.hash != head.hash {
        return Err(Damage::Index { index: "chain", position: head.position }.into());
    }
    if proof.rules.append_left() > 0 {
        let detail = format!("{} events of its last append are missing", proof.rules.append_left());
        return Err(Damage::Truncated { detail }.into());
    }
    match unaccounted(store, &proof.rules, head.position)? {
        Some(position) => Err(Damage::Missing { position }.into()),
        None => Ok(proof),
    }
}

/// The first event without a payload that nothing erased, not even while the proof was under way.
fn unaccounted(store: &Store, rules: &Rules, head: u64) -> Result<Option<u64>, ReadError> {
    if rules.missing().is_empty() {
        return Ok(None);
    }
    let mut missing = rules.missing().clone();
    store.read(|transaction| {
        for row in transaction.open_table(EVENTS)?.range(head + 1..)? {
            let (position, value) = row?;
            let frame = read::parse(position.value(), value.value())?;
            for erased in erasure::positions_of(&frame) {
                missing.remove(&erased);
            }
        }
        Ok(missing.first().copied())
    })
}

fn prove_chunk(
    (store, transaction): (&Store, &ReadTransaction),
    proof: &mut Proof,
    last: u64,
    depth: Depth,
) -> Result<(), ReadError> {
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
        if depth == Depth::Chain && matches!(frame.body(), Body::Erased) && !store.erasures().name(position) {
            proof.walk.notice(Damage::Missing { position });
        }
        if depth == Depth::Rules
            && let Some(broken) = proof.rules.broken_by(&frame)
        {
            proof.walk.notice(Damage::Envelope {
                first: position,
                last: position,
                detail: broken.to_string(),
            });
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
    let proof = prove(store, head, checkpoint, Depth::Rules, &mut |_| true)?;
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
        epoch::check(&transaction.open_table(META)?, self.rules.epoch())?;
        match totals.into_iter().find(|(_, stored, counted)| stored != counted) {
            Some((index, ..)) => Err(Damage::Index { index, position: self.walk.position }.into()),
            None => Ok(()),
        }
    }
}
