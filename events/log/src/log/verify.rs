//! Proves a log whole, or names the first position that isn't (PL-06).
//!
//! `walk` goes along the chain, `log::rules` knows what no single event shows, `bundle` proves the same of a bundle,
//! `report` is what is told. The index is proved by `log::index::prove`.

pub(super) mod bundle;
mod error;
mod report;
mod walk;

use std::{collections::BTreeMap, path::Path};

use redb::{ReadTransaction, ReadableTableMetadata};

pub(super) use self::bundle::verify_bundle_with;
use self::report::Crossing;
pub(super) use self::walk::Walk;
pub use self::{
    bundle::verify_bundle,
    error::VerifyError,
    report::{Checkpoint, Erasure, Report},
};
use super::{
    chain,
    contain::contain,
    epoch, erasure,
    error::{Damage, ReadError},
    frame::Body,
    handle::Log,
    offline::OfflineLog,
    read,
    rules::Rules,
    store::{self, Head, Store},
    tables::{CHAIN, EVENTS, META},
};

/// The most events that one read transaction looks at.
const CHUNK: u64 = 4_096;
/// And the most bytes, but for the last of them: whoever waits for a proof is asked in between whether he still does.
const CHUNK_BYTES: usize = 8 << 20;

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
    let events = transaction.open_table(EVENTS)?;
    let mut bytes = 0;
    for position in first..=last {
        if bytes >= CHUNK_BYTES {
            break;
        }
        let missing =
            || Damage::Envelope { first: position, last: position, detail: "it is missing".to_owned() };
        let row = events.get(position)?.ok_or_else(missing)?;
        let frame = read::parse(position, row.value())?;
        bytes += row.value().len();
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
            proof.hashes += 1;
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
    contain(move || {
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
