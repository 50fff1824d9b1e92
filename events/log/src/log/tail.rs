//! The end of the log, and the chain between two stored hashes: proved from the last stored one on.

use mediary_schema::Timestamp;
use redb::{ReadTransaction, ReadableTable, ReadableTableMetadata};
use uuid::Uuid;

use super::{
    chain::{self, Hash},
    error::{Damage, ReadError},
    read,
    store::{Head, Tail},
    tables::{CHAIN, EVENTS},
};

pub(super) fn tail(transaction: &ReadTransaction, log_id: Uuid) -> Result<Tail, ReadError> {
    let events = transaction.open_table(EVENTS)?;
    let chain = transaction.open_table(CHAIN)?;
    let Some((position, value)) = events.last()? else {
        let head = Head { position: 0, hash: chain::genesis(log_id) };
        return Ok(Tail { head, at: Timestamp::default(), epoch: 0 });
    };
    let last = position.value();
    let frame = read::parse(last, value.value())?;
    let (at, epoch) = (frame.at(), frame.epoch());
    let stored = match chain.last()? {
        Some((position, hash)) if position.value() == last => *hash.value(),
        _ => return Err(Damage::Index { index: "chain", position: last }.into()),
    };
    if events.len()? != last {
        return Err(Damage::Structure { detail: format!("there are not {last} events") }.into());
    }
    let (before, hash) = nearest(&chain, log_id, last - 1)?;
    if walk(&events, before, hash, last)? != stored {
        let detail = "the chain does not end in its stored hash".to_owned();
        return Err(Damage::Envelope { first: before + 1, last, detail }.into());
    }
    Ok(Tail { head: Head { position: last, hash: stored }, at, epoch })
}

pub(super) fn hash_at(
    transaction: &ReadTransaction,
    log_id: Uuid,
    position: u64,
) -> Result<Option<Hash>, ReadError> {
    let events = transaction.open_table(EVENTS)?;
    let last = events.last()?.map_or(0, |(position, _)| position.value());
    if position > last {
        return Ok(None);
    }
    let (before, hash) = nearest(&transaction.open_table(CHAIN)?, log_id, position)?;
    walk(&events, before, hash, position).map(Some)
}

/// The last stored hash at or before a position.
fn nearest(
    chain: &impl ReadableTable<u64, &'static [u8; 32]>,
    log_id: Uuid,
    position: u64,
) -> Result<(u64, Hash), ReadError> {
    match chain.range(..=position)?.next_back() {
        Some(row) => {
            let (position, hash) = row?;
            Ok((position.value(), *hash.value()))
        }
        None => Ok((0, chain::genesis(log_id))),
    }
}

/// The hash after `to`, from that after `from` on.
pub(super) fn walk(
    events: &impl ReadableTable<u64, &'static [u8]>,
    from: u64,
    mut hash: Hash,
    to: u64,
) -> Result<Hash, ReadError> {
    for row in events.range(from + 1..=to)? {
        let (position, value) = row?;
        let frame = read::parse(position.value(), value.value())?;
        hash = chain::link(&hash, frame.envelope_bytes(), frame.digest());
    }
    Ok(hash)
}
