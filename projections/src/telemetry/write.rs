//! The writing end: batches of samples into rows.

use std::{collections::BTreeMap, path::Path};

use mediary_schema::{
    ProjectId, Timestamp,
    telemetry::{Sample, SeriesName},
};
use rusqlite::{Connection, Transaction};
use uuid::Uuid;

use super::{
    bucket::{Resolution, floor},
    compact, file,
    keeping::Retention,
    series::{Entry, Key, Known, Latest, SERIES_MAX, key_of},
};

/// Rows that wait to become blocks: what a thousand checks say in an hour. More become blocks before the hour is over.
const RECENT_MAX: u64 = 65_536;

/// The store as its one writer has it.
pub(super) struct Store {
    connection: Connection,
    known: Known,
    retention: Retention,
    /// How many rows there are that no block has.
    recent: u64,
    /// The moment of the earliest of these.
    oldest: Option<i64>,
}

impl Store {
    /// Opens the store, or makes it.
    pub(super) fn open(path: &Path, retention: Retention, known: Known) -> Result<Self, file::OpenError> {
        let failed = |source| file::OpenError::Sqlite { path: path.to_owned(), source };
        let connection = file::open(path)?;
        match Self::load(connection, retention, known.clone()) {
            Ok(store) => Ok(store),
            Err(error) if file::is_no_store(&error) => {
                // Its beginning could be read, what is behind that can't.
                let aside = file::move_aside(path)?;
                tracing::warn!(aside = %aside.display(), %error, "the store of samples is damaged: it is begun anew");
                Self::load(file::open(path)?, retention, known).map_err(failed)
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn load(connection: Connection, retention: Retention, known: Known) -> rusqlite::Result<Self> {
        let mut store = Self { connection, known, retention, recent: 0, oldest: None };
        store.remember()?;
        Ok(store)
    }

    /// Learns again what the file has.
    fn remember(&mut self) -> rusqlite::Result<()> {
        let mut entries = BTreeMap::new();
        let mut keys = BTreeMap::new();
        let mut select = self
            .connection
            .prepare("SELECT id, project, metric, subject, unit, first_at, last, last_at FROM series")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let name = SeriesName {
                metric: row.get::<_, String>(2)?.into(),
                subject: row.get::<_, String>(3)?.into(),
            };
            let key: Key = (ProjectId::from_uuid(Uuid::from_bytes(row.get(1)?)), name);
            let first_at: Option<i64> = row.get(5)?;
            let latest = match first_at {
                Some(first_at) => Some(Latest { first_at, last: row.get(6)?, last_at: row.get(7)? }),
                None => None,
            };
            let (id, unit) = (row.get(0)?, row.get(4)?);
            keys.insert(id, key.clone());
            entries.insert(key, Entry { id, unit, latest, is_newer: false });
        }
        drop(rows);
        drop(select);
        (self.recent, self.oldest) = (0, None);
        let mut select = self.connection.prepare("SELECT series, at, value FROM recent ORDER BY rowid")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (id, at): (i64, i64) = (row.get(0)?, row.get(1)?);
            let entry = keys.get(&id).and_then(|key| entries.get_mut(key));
            if let Some(entry) = entry {
                entry.take(at, row.get(2)?);
            }
            self.recent += 1;
            self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        }
        *self.known.lock() = entries;
        Ok(())
    }

    /// Keeps a batch, whole or not at all; answers of how many samples there is no place for their series.
    pub(super) fn write(&mut self, samples: &[Sample]) -> rusqlite::Result<u64> {
        let (mut kept, mut over) = (Vec::with_capacity(samples.len()), 0);
        let mut fresh: BTreeMap<Key, Entry> = BTreeMap::new();
        let transaction = self.connection.transaction()?;
        let known = self.known.lock();
        for sample in samples {
            let key = key_of(sample);
            let id = match known.get(&key).or_else(|| fresh.get(&key)) {
                Some(entry) => entry.id,
                None if known.len() + fresh.len() >= SERIES_MAX => {
                    over += 1;
                    continue;
                }
                None => {
                    let entry = begin(&transaction, &key, sample)?;
                    let id = entry.id;
                    fresh.insert(key.clone(), entry);
                    id
                }
            };
            kept.push((key, id, ms(sample.at), sample.value));
        }
        // Nobody else changes it: whoever asks need not wait for a disk.
        drop(known);
        let mut insert =
            transaction.prepare_cached("INSERT INTO recent (series, at, value) VALUES (?1, ?2, ?3)")?;
        for (_, id, at, value) in &kept {
            insert.execute((id, at, value))?;
        }
        drop(insert);
        transaction.commit()?;
        let mut known = self.known.lock();
        known.extend(fresh);
        self.recent += kept.len() as u64;
        for (key, _, at, value) in kept {
            if let Some(entry) = known.get_mut(&key) {
                entry.take(at, value);
            }
            self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        }
        Ok(over)
    }

    /// Has rows become blocks whose hour is over, or all of them if they are many, and forgets what was kept long enough.
    pub(super) fn make_blocks(&mut self, now: Timestamp) -> rusqlite::Result<()> {
        let now_ms = ms(now);
        let this_hour = floor(now_ms, Resolution::Hour.bucket_ms());
        let until = if self.recent >= RECENT_MAX {
            i64::MAX
        } else if self.oldest.is_some_and(|oldest| oldest < this_hour) {
            this_hour
        } else {
            return Ok(());
        };
        let transaction = self.connection.transaction()?;
        compact::compact(&transaction, until)?;
        compact::forget(&transaction, &self.retention, now_ms)?;
        let entries: Vec<Entry> = self.known.lock().values().cloned().collect();
        compact::remember(&transaction, &entries)?;
        let gone = compact::forget_series(&transaction, &entries, &self.retention, now_ms)?;
        let waiting = "SELECT count(*), min(at) FROM recent";
        let (recent, oldest): (i64, Option<i64>) =
            transaction.query_row(waiting, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        transaction.commit()?;
        let mut known = self.known.lock();
        known.retain(|_, entry| !gone.contains(&entry.id));
        known.values_mut().for_each(|entry| entry.is_newer = false);
        (self.recent, self.oldest) = (recent as u64, oldest);
        Ok(())
    }
}

/// A new series in the file.
fn begin(transaction: &Transaction<'_>, (project, name): &Key, sample: &Sample) -> rusqlite::Result<Entry> {
    let unit = sample.metric.unit.code().to_owned();
    let mut insert = transaction
        .prepare_cached("INSERT INTO series (project, metric, subject, unit) VALUES (?1, ?2, ?3, ?4)")?;
    let id = insert.insert((project.uuid().as_bytes(), &name.metric, &name.subject, &unit))?;
    Ok(Entry { id, unit, latest: None, is_newer: true })
}

/// A moment in milliseconds since 1970.
pub(super) const fn ms(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(1_000)
}
