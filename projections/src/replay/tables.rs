//! Views and events as tables of one file, for whoever asks in SQL.

use std::path::{Path, PathBuf};

use mediary_events::write_told;
use mediary_log::{Log, Read, Recorded};
use rusqlite::{Connection, OpenFlags, Transaction, params};

use super::{ReplayError, State};
use crate::{compare, readers};

/// What is there beside the views. Ids are as they are everywhere; in the tables of views they are the 16 bytes of the
/// UUID: `hex(id)`.
const TABLES: &str = "
    CREATE TABLE record (
        log_id TEXT NOT NULL, last_position INTEGER NOT NULL, head_hash TEXT NOT NULL, state_hash TEXT NOT NULL);
    CREATE TABLE view (name TEXT PRIMARY KEY, version INTEGER NOT NULL, rows INTEGER NOT NULL, hash TEXT NOT NULL);
    CREATE TABLE events (
        position INTEGER PRIMARY KEY, at TEXT NOT NULL, epoch INTEGER NOT NULL, stream TEXT NOT NULL,
        version INTEGER NOT NULL, kind TEXT NOT NULL, schema TEXT NOT NULL, id TEXT NOT NULL, project TEXT NOT NULL,
        principal TEXT NOT NULL, origin TEXT NOT NULL, origin_id TEXT NOT NULL, command TEXT, command_id TEXT NOT NULL,
        correlation_id TEXT NOT NULL, causation_id TEXT, subjects TEXT NOT NULL, payload TEXT);";
/// Indexes that an auditor's first questions want.
const INDEXES: &str = "
    CREATE INDEX events_stream ON events (stream, position); CREATE INDEX events_kind ON events (kind, position);
    CREATE INDEX events_story ON events (correlation_id, position); CREATE INDEX events_at ON events (at);";
/// Events read at once.
const PAGE: usize = 1_024;
/// Bytes read at once.
const PAGE_BYTES: usize = 4 << 20;

/// Writes it: a file that is not there yet.
pub(super) fn write<'a>(
    path: &Path,
    log: &Log,
    state: &State,
    views: impl Iterator<Item = (&'a str, &'a Path)>,
) -> Result<(), ReplayError> {
    let failed = |path: &Path| {
        let path: PathBuf = path.to_owned();
        move |source| ReplayError::File { path, source }
    };
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut file = Connection::open_with_flags(path, flags).map_err(failed(path))?;
    for (name, view) in views {
        copy(&file, name, view).map_err(failed(view))?;
    }
    let transaction = file.transaction().map_err(failed(path))?;
    transaction.execute_batch(TABLES).map_err(failed(path))?;
    write_state(&transaction, log, state).map_err(|error| error.of(path))?;
    write_events(&transaction, log, state.position).map_err(|error| error.of(path))?;
    transaction.execute_batch(INDEXES).map_err(failed(path))?;
    transaction.commit().map_err(failed(path))
}

/// Why a part of it is not written.
enum Unwritten {
    Sqlite(rusqlite::Error),
    Other(ReplayError),
}

impl Unwritten {
    fn of(self, path: &Path) -> ReplayError {
        match self {
            Self::Sqlite(source) => ReplayError::File { path: path.to_owned(), source },
            Self::Other(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Unwritten {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<mediary_log::ReadError> for Unwritten {
    fn from(error: mediary_log::ReadError) -> Self {
        Self::Other(error.into())
    }
}

/// Copies what a view shows: its table of the same name, and its others behind its name.
fn copy(file: &Connection, name: &str, view: &Path) -> rusqlite::Result<()> {
    let tables = compare::tables(&readers::connect(view)?)?;
    file.execute("ATTACH ?1 AS view", [view.to_string_lossy()])?;
    for table in tables {
        let own = if table == name { table.clone() } else { format!("{name}_{table}") };
        file.execute_batch(&format!("CREATE TABLE main.{own} AS SELECT * FROM view.{table}"))?;
    }
    file.execute("DETACH view", []).map(drop)
}

fn write_state(file: &Transaction<'_>, log: &Log, state: &State) -> Result<(), Unwritten> {
    let head = log.hash_at(state.position)?.unwrap_or_default();
    file.execute(
        "INSERT INTO record VALUES (?1, ?2, ?3, ?4)",
        params![log.id().to_string(), state.position as i64, hex(&head), hex(&state.hash)],
    )?;
    for view in &state.views {
        file.execute(
            "INSERT INTO view VALUES (?1, ?2, ?3, ?4)",
            params![view.name, view.version, view.rows as i64, hex(&view.hash)],
        )?;
    }
    Ok(())
}

fn write_events(file: &Transaction<'_>, log: &Log, last: u64) -> Result<(), Unwritten> {
    let mut next = 1;
    while next <= last {
        let request = Read { end: last, bytes_max: PAGE_BYTES, ..Read::forward(next).limit(PAGE) };
        let page = log.read_page(&request)?;
        for recorded in &page.events {
            write_event(file, recorded)?;
        }
        next = page.next_position.unwrap_or(last + 1);
    }
    Ok(())
}

fn write_event(file: &Transaction<'_>, recorded: &Recorded) -> rusqlite::Result<()> {
    let envelope = &recorded.envelope;
    let command = envelope.extensions.command.as_ref().map(|command| command.name.to_string());
    let subjects =
        envelope.extensions.subjects.as_slice().iter().map(ToString::to_string).collect::<Vec<_>>();
    // Without passwords and keys of addresses, as everybody is told it.
    let payload = recorded.payload.as_ref().map(|payload| {
        let mut text = Vec::with_capacity(payload.len());
        match write_told(payload, &mut text) {
            Ok(()) => String::from_utf8_lossy(&text).into_owned(),
            Err(error) => serde_json::json!({ "unreadable": error.to_string() }).to_string(),
        }
    });
    file.prepare_cached(
        "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
    )?
    .execute(params![
        envelope.position as i64,
        envelope.at.to_string(),
        envelope.epoch as i64,
        envelope.stream.to_string(),
        envelope.version as i64,
        envelope.kind(),
        envelope.schema.to_string(),
        envelope.id.to_string(),
        envelope.project.to_string(),
        envelope.principal.to_string(),
        envelope.origin.kind.to_string(),
        envelope.origin.id.to_string(),
        command,
        envelope.command_id.to_string(),
        envelope.correlation_id.to_string(),
        envelope.causation_id.map(|id| id.to_string()),
        serde_json::Value::from(subjects).to_string(),
        payload,
    ])
    .map(drop)
}

fn hex(hash: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}
