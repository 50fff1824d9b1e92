//! A real log to be told stories, and views that run on it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use mediary_events::testing::NOW;
use mediary_log::{
    Log, NewEvent, Schema, StreamId,
    alarm::Alarms,
    gate::{Gate, Options, Refusal, Transaction},
};
use mediary_schema::Clock;
use rusqlite::{Connection, types::Value};
use tempfile::TempDir;

use crate::{
    download::DownloadView,
    file::FileView,
    handle::ViewHandle,
    job::JobView,
    playlist::PlaylistView,
    registry::{ViewKind, Views},
    search, sql,
    view::View,
};

/// Every view.
pub(crate) const ALL: [ViewKind; 4] = [
    ViewKind::of::<PlaylistView>(),
    ViewKind::of::<JobView>(),
    ViewKind::of::<DownloadView>(),
    ViewKind::of::<FileView>(),
];

/// A log in a folder that goes away with it, and a gate before it.
pub(crate) struct Bench {
    gate: Gate,
    /// What its clock says, in microseconds.
    clock: Arc<AtomicI64>,
    folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::on(TempDir::new().unwrap())
    }

    /// The log that is in a folder.
    pub(crate) fn on(folder: TempDir) -> Self {
        let (clock, cell) = Clock::manual(NOW);
        Self { gate: mediary_log::testing::gate_at(folder.path(), clock).unwrap(), clock: cell, folder }
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.fetch_add(i64::try_from(time.as_micros()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn log(&self) -> &Log {
        self.gate.log()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Closes the log and keeps its folder.
    pub(crate) async fn close(self) -> TempDir {
        self.gate.log().clone().close().await;
        self.folder
    }

    /// Lets the platform carry out a story as one append; answers the position that shows it.
    pub(crate) async fn tell(
        &self,
        story: impl Fn(&mut Transaction<'_>) -> Result<(), Refusal> + Send + 'static,
    ) -> u64 {
        self.gate.transact(mediary_log::testing::platform(), story).await.unwrap().position
    }

    /// Erases what events say; answers the position that shows it.
    pub(crate) async fn erase(&self, positions: &[u64]) -> u64 {
        let arguments = serde_json::json!({ "positions": positions, "reason": "on request" });
        let command = mediary_log::work::REGISTRY.command("log.erase", arguments).unwrap();
        let caller = mediary_log::testing::platform();
        self.gate.ask_command(caller, command, Options::default()).await.unwrap().position
    }

    /// Appends what a program of another age, or a broken one, wrote.
    pub(crate) async fn append_raw(
        &self,
        stream: StreamId,
        name: &'static str,
        major: u8,
        payload: &'static [u8],
    ) -> u64 {
        let event = NewEvent::new(stream, name, Schema::new(major, 0), payload.into());
        mediary_log::testing::append_raw(self.log(), vec![event]).await.last_position
    }

    pub(crate) fn alarms(&self) -> Alarms {
        Alarms::system(self.gate.clock().clone())
    }

    /// Starts every view in the folder of the log.
    pub(crate) fn views(&self) -> Views {
        Views::start(self.log(), &self.alarms(), self.folder(), ALL).unwrap()
    }

    /// Starts one view in a folder of its own.
    pub(crate) fn view<V: View>(&self, directory: &Path) -> ViewHandle {
        ViewHandle::start::<V>(self.log(), &self.alarms(), directory).unwrap()
    }
}

/// Every row of every table of a view's file, its checkpoint included.
pub(crate) fn dump<V: View>(directory: &Path) -> Vec<Vec<Value>> {
    rows_of(&open::<V>(directory))
}

/// Every row of every table of a file.
pub(super) fn rows_of(connection: &Connection) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for table in sql::tables(connection, "table").unwrap() {
        // When it was begun is no part of what it shows.
        let columns = if table == "checkpoint" { "log_id, position, hash" } else { "*" };
        let mut select = connection.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1")).unwrap();
        let columns = select.column_count();
        let found = select.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
        rows.extend(found.map(Result::unwrap));
    }
    for (index, _) in search::indexes(connection).unwrap() {
        rows.extend(words_of(connection, &index));
    }
    rows
}

/// What an index of words has: each word, in which row, column and place; in how many pieces it has them is no part of it.
fn words_of(connection: &Connection, index: &str) -> Vec<Vec<Value>> {
    let read = format!("CREATE VIRTUAL TABLE temp.its_words USING fts5vocab(main, {index}, instance)");
    connection.execute_batch(&read).unwrap();
    let words = {
        let mut select = connection.prepare("SELECT * FROM temp.its_words ORDER BY 1, 2, 3, 4").unwrap();
        let columns = select.column_count();
        let found = select.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
        found.map(Result::unwrap).collect()
    };
    connection.execute_batch("DROP TABLE temp.its_words").unwrap();
    words
}

/// The file of a view, for whoever wants to look at or into it.
pub(crate) fn open<V: View>(directory: &Path) -> Connection {
    Connection::open(path::<V>(directory)).unwrap()
}

pub(crate) fn path<V: View>(directory: &Path) -> PathBuf {
    directory.join(format!("{}-v{}.sqlite", V::NAME, V::VERSION))
}

/// Copies the files of a folder, as a crash would leave them.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}
