//! Rows that came become blocks; what was kept long enough is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension as _, Transaction, types::Type};

use super::{
    bucket::{Bucket, Resolution, floor, roll_up},
    codec,
    keeping::Retention,
    series::{Entry, Latest},
};

/// Has all rows of before a moment become blocks. What comes late goes into the blocks that are there.
pub(super) fn compact(transaction: &Transaction<'_>, until: i64) -> rusqlite::Result<()> {
    // Of the same moment, what came later is later.
    let mut select = transaction
        .prepare_cached("SELECT series, at, value FROM recent WHERE at < ?1 ORDER BY series, at, rowid")?;
    let mut rows = select.query([until])?;
    let (mut series, mut samples) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        let next: i64 = row.get(0)?;
        if next != series {
            blocks_of(transaction, series, &samples)?;
            samples.clear();
            series = next;
        }
        samples.push((row.get(1)?, row.get(2)?));
    }
    blocks_of(transaction, series, &samples)?;
    drop(rows);
    transaction.execute("DELETE FROM recent WHERE at < ?1", [until])?;
    Ok(())
}

/// Puts samples of a series, in order, into its blocks.
fn blocks_of(transaction: &Transaction<'_>, series: i64, samples: &[(i64, f64)]) -> rusqlite::Result<()> {
    let length = Resolution::Raw.block_ms();
    for of_hour in samples.chunk_by(|one, next| floor(one.0, length) == floor(next.0, length)) {
        put_samples(transaction, series, of_hour)?;
    }
    let mut finer: Vec<(i64, Bucket)> =
        samples.iter().map(|(at, value)| (*at, Bucket::of(*at, *value))).collect();
    for resolution in Resolution::ROLLED_UP {
        let mut buckets = Vec::new();
        roll_up(&mut buckets, resolution.bucket_ms(), finer);
        let length = resolution.block_ms();
        for of_block in buckets.chunk_by(|one, next| floor(one.0, length) == floor(next.0, length)) {
            put_buckets(transaction, series, resolution, of_block)?;
        }
        finer = buckets;
    }
    Ok(())
}

/// A block of samples begins with its first one, so that one is written once and another one comes behind it.
fn put_samples(transaction: &Transaction<'_>, series: i64, samples: &[(i64, f64)]) -> rusqlite::Result<()> {
    let Some((start, _)) = samples.first().copied() else { return Ok(()) };
    let there = body(transaction, series, Resolution::Raw, start)?;
    let there = there.map(|bytes| codec::samples_of_bytes(start, &bytes).map_err(malformed)).transpose()?;
    let mut all = there.unwrap_or_default();
    all.extend_from_slice(samples);
    all.sort_by_key(|(at, _)| *at);
    let bytes = codec::samples_to_bytes(start, &all);
    put(transaction, series, Resolution::Raw, start, all.len(), &bytes)
}

fn put_buckets(
    transaction: &Transaction<'_>,
    series: i64,
    resolution: Resolution,
    buckets: &[(i64, Bucket)],
) -> rusqlite::Result<()> {
    let Some((first, _)) = buckets.first() else { return Ok(()) };
    let start = floor(*first, resolution.block_ms());
    let there = body(transaction, series, resolution, start)?;
    let there = there
        .map(|bytes| codec::buckets_of_bytes(resolution, start, &bytes).map_err(malformed))
        .transpose()?;
    let mut all: BTreeMap<i64, Bucket> = there.unwrap_or_default().into_iter().collect();
    for (at, bucket) in buckets {
        all.entry(*at).and_modify(|there| there.take(bucket)).or_insert(*bucket);
    }
    let all: Vec<_> = all.into_iter().collect();
    let bytes = codec::buckets_to_bytes(resolution, start, &all);
    put(transaction, series, resolution, start, all.len(), &bytes)
}

fn body(
    transaction: &Transaction<'_>,
    series: i64,
    resolution: Resolution,
    start: i64,
) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut select = transaction
        .prepare_cached("SELECT body FROM block WHERE series = ?1 AND resolution = ?2 AND start = ?3")?;
    select.query_row((series, resolution.number(), start), |row| row.get(0)).optional()
}

fn put(
    transaction: &Transaction<'_>,
    series: i64,
    resolution: Resolution,
    start: i64,
    count: usize,
    bytes: &[u8],
) -> rusqlite::Result<()> {
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO block (series, resolution, start, count, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (series, resolution, start) DO UPDATE SET count = excluded.count, body = excluded.body",
    )?;
    upsert.execute((series, resolution.number(), start, count as i64, bytes)).map(drop)
}

/// A block that can't be read is damage of the file like any other.
pub(super) fn malformed(error: codec::Malformed) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, Box::new(error))
}

/// Forgets the blocks that were kept long enough, whole ones.
pub(super) fn forget(
    transaction: &Transaction<'_>,
    retention: &Retention,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let mut delete = transaction.prepare_cached(
        "DELETE FROM block WHERE resolution = ?1 AND start < ?2 AND series IN (SELECT id FROM series)",
    )?;
    for resolution in Resolution::ALL {
        if let Some(since) = retention.since(resolution, now_ms) {
            delete.execute((resolution.number(), floor(since, resolution.block_ms())))?;
        }
    }
    Ok(())
}

/// Writes down the latest of each series that has another one since.
pub(super) fn remember(transaction: &Transaction<'_>, known: &[Entry]) -> rusqlite::Result<()> {
    let mut update = transaction
        .prepare_cached("UPDATE series SET first_at = ?2, last = ?3, last_at = ?4 WHERE id = ?1")?;
    for entry in known.iter().filter(|entry| entry.is_newer) {
        if let Some(Latest { first_at, last, last_at }) = entry.latest {
            update.execute((entry.id, first_at, last, last_at))?;
        }
    }
    Ok(())
}

/// Forgets series of which nothing is kept any more; answers their numbers.
pub(super) fn forget_series(
    transaction: &Transaction<'_>,
    known: &[Entry],
    retention: &Retention,
    now_ms: i64,
) -> rusqlite::Result<BTreeSet<i64>> {
    let Some(since) = retention.since(retention.longest(), now_ms) else { return Ok(BTreeSet::new()) };
    let is_gone = |entry: &&Entry| entry.latest.is_some_and(|latest| latest.last_at < since);
    let gone: BTreeSet<i64> = known.iter().filter(is_gone).map(|entry| entry.id).collect();
    for id in &gone {
        transaction.execute("DELETE FROM block WHERE series = ?1", [id])?;
        transaction.execute("DELETE FROM recent WHERE series = ?1", [id])?;
        transaction.execute("DELETE FROM series WHERE id = ?1", [id])?;
    }
    Ok(gone)
}
