//! The reading end: blocks and the rows that wait to become some, as of one moment.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, Transaction};

use super::{
    bucket::{Bucket, Resolution, floor},
    codec,
    compact::malformed,
    file,
    query::Reading,
};

/// Samples that one answer is made from by themselves; of more it is made from what they come to. They take 40 ms and 10 MiB.
const RAW_READ_MAX: i64 = 200_000;
/// Idle connections that are kept.
const IDLE_MAX: usize = 2;

/// Connections that read, shared.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    path: Arc<Path>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.into(), idle: Arc::default() }
    }

    /// Lets go of every connection: another file has the name.
    pub(super) fn forget(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Reads as of one moment. Blocks.
    pub(super) fn read<T>(
        &self,
        query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => file::read(&self.path)?,
        };
        let transaction = connection.transaction()?;
        let answer = query(&transaction)?;
        drop(transaction);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push(connection);
        }
        Ok(answer)
    }
}

/// Whether a reading has no more samples than are read by themselves.
pub(super) fn is_few(rows: &Transaction<'_>, series: i64, reading: &Reading) -> rusqlite::Result<bool> {
    let mut select = rows.prepare_cached(
        "SELECT coalesce(sum(count), 0) FROM block WHERE series = ?1 AND resolution = ?2 AND start >= ?3 AND start < ?4",
    )?;
    let (from, until) = blocks(reading, Resolution::Raw);
    let count: i64 = select.query_row((series, Resolution::Raw.number(), from, until), |row| row.get(0))?;
    Ok(count <= RAW_READ_MAX)
}

/// The buckets of a series from one moment to another, in order; of the samples themselves each is one.
pub(super) fn buckets(
    rows: &Transaction<'_>,
    series: i64,
    reading: &Reading,
) -> rusqlite::Result<Vec<(i64, Bucket)>> {
    let Reading { since_ms, until_ms, resolution, .. } = *reading;
    let mut found = Vec::new();
    let mut select = rows.prepare_cached(
        "SELECT start, body FROM block WHERE series = ?1 AND resolution = ?2 AND start >= ?3 AND start < ?4 ORDER BY start",
    )?;
    let (from, until) = blocks(reading, resolution);
    let mut blocks = select.query((series, resolution.number(), from, until))?;
    while let Some(row) = blocks.next()? {
        let (start, body) = (row.get(0)?, row.get_ref(1)?.as_blob()?);
        if resolution == Resolution::Raw {
            let samples = codec::samples_of_bytes(start, body).map_err(malformed)?;
            found.extend(samples.into_iter().map(|(at, value)| (at, Bucket::of(at, value))));
        } else {
            found.extend(codec::buckets_of_bytes(resolution, start, body).map_err(malformed)?);
        }
    }
    let mut select =
        rows.prepare_cached("SELECT at, value FROM recent WHERE series = ?1 AND at >= ?2 AND at < ?3")?;
    // A bucket that is only begun before is told with all that is in it.
    let from = floor(since_ms, resolution.bucket_ms());
    let mut waiting = select.query((series, from, until_ms))?;
    while let Some(row) = waiting.next()? {
        let at = row.get(0)?;
        found.push((at, Bucket::of(at, row.get(1)?)));
    }
    found.retain(|(at, _)| *at >= from && *at < until_ms);
    // What came late, or waits, is among the others; of one moment, what came later is later.
    found.sort_by_key(|(at, _)| *at);
    Ok(found)
}

/// From which block on, and up to which, there is something of a reading.
const fn blocks(reading: &Reading, resolution: Resolution) -> (i64, i64) {
    // A block of samples begins with the first of its hour, any other with its time.
    (floor(reading.since_ms, resolution.block_ms()), reading.until_ms)
}
