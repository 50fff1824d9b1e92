//! A view of every event that it is told of, in two programs, whose building a test holds up.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mediary_events::{Concern as _, job::Job, playlist::Playlist, reservation::Reservation};
use mediary_log::Recorded;
use mediary_schema::scope::Scope;
use rusqlite::Transaction;
use tokio::time::Instant;

use crate::{
    ChangeError, EditionReport, EditionState, QueryError, ViewReport,
    handle::ViewHandle,
    tests::bench::copy,
    view::{ApplyError, View},
};

/// What happens to a build of one test.
pub(super) struct Trial {
    /// From which event on it is held up; none is 0.
    pub(super) held_from: AtomicU64,
    /// The event that it can't fold; none is 0.
    pub(super) poison: AtomicU64,
    /// The oldest event that was folded since the test asked.
    pub(super) oldest: AtomicU64,
    /// In the middle of which event the folder is copied, and where to.
    pub(super) killed: Mutex<Option<(u64, PathBuf, PathBuf)>>,
}

impl Trial {
    const fn new() -> Self {
        Self {
            held_from: AtomicU64::new(0),
            poison: AtomicU64::new(0),
            oldest: AtomicU64::new(u64::MAX),
            killed: Mutex::new(None),
        }
    }

    pub(super) fn hold_from(&self, position: u64) {
        self.held_from.store(position, Ordering::SeqCst);
    }

    pub(super) fn let_go(&self) {
        self.hold_from(0);
    }

    fn meet(&self, position: u64) -> Result<(), ApplyError> {
        let is_at = |place: &AtomicU64| (1..=position).contains(&place.load(Ordering::SeqCst));
        if is_at(&self.held_from) {
            let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
            return Err(rusqlite::Error::SqliteFailure(busy, None).into());
        }
        if self.poison.load(Ordering::SeqCst) == position {
            return Err(ApplyError::Known);
        }
        self.oldest.fetch_min(position, Ordering::SeqCst);
        let mut killed = self.killed.lock().unwrap();
        if let Some((_, from, to)) = killed.take_if(|(at, ..)| *at == position) {
            copy(&from, &to);
        }
        Ok(())
    }
}

static TRIALS: [Trial; 16] = [const { Trial::new() }; 16];

/// That of a test: each has its number.
pub(super) fn trial(test: usize) -> &'static Trial {
    &TRIALS[test]
}

/// The events that were seen, in the program of a year: the second one says more of each.
#[derive(Default)]
pub(super) struct Seen<const TEST: usize, const VERSION: u32>;

impl<const TEST: usize, const VERSION: u32> View for Seen<TEST, VERSION> {
    const NAME: &'static str = "seen";
    const VERSION: u32 = VERSION;
    // What the third one means by its columns is another matter.
    const SERVES_FROM: u32 = if VERSION == 3 { 3 } else { 1 };
    const TABLES: &'static str = if VERSION == 1 {
        "CREATE TABLE seen (id INTEGER PRIMARY KEY, project BLOB NOT NULL, changed_at INTEGER NOT NULL) STRICT;"
    } else {
        "CREATE TABLE seen (id INTEGER PRIMARY KEY, project BLOB NOT NULL, tag TEXT NOT NULL,
            changed_at INTEGER NOT NULL) STRICT;"
    };
    const INDEXES: &'static str = "CREATE INDEX seen_changed ON seen (project, changed_at);";
    const CONCERNS: &'static [&'static str] = &[Playlist::NAME, Job::NAME, Reservation::NAME];

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let envelope = &recorded.envelope;
        let (position, project) = (envelope.position as i64, *envelope.project.uuid().as_bytes());
        let is_beside = std::thread::current().name().is_some_and(|name| name == "build-seen");
        if VERSION == 1 {
            file.execute("INSERT INTO seen VALUES (?1, ?2, ?1)", (position, project))?;
        } else {
            file.execute(
                "INSERT INTO seen VALUES (?1, ?2, ?3, ?1)",
                (position, project, &envelope.name[..]),
            )?;
        }
        if is_beside || VERSION > 1 { trial(TEST).meet(envelope.position) } else { Ok(()) }
    }

    fn write(&mut self, _: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(())
    }
}

/// How many events a view shows, and the last of them.
pub(super) async fn seen(view: &ViewHandle) -> Result<(i64, i64), QueryError> {
    let query = |rows: &Transaction<'_>| {
        rows.query_row("SELECT count(*), max(id) FROM seen", [], |row| Ok((row.get(0)?, row.get(1)?)))
    };
    view.read(Scope::of_test(), query).await
}

/// What only the second program says.
pub(super) async fn tag(view: &ViewHandle) -> Result<String, QueryError> {
    let query = |rows: &Transaction<'_>| rows.query_row("SELECT min(tag) FROM seen", [], |row| row.get(0));
    view.read(Scope::of_test(), query).await
}

/// Waits until the versions of a view are so.
pub(super) async fn reported(view: &ViewHandle, are_so: impl Fn(&ViewReport) -> bool) -> ViewReport {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        let report = view.report().await.unwrap();
        if are_so(&report) {
            return report;
        }
        assert!(Instant::now() < until, "{report:#?}");
        tokio::task::yield_now().await;
    }
}

/// A version of a view, if there is one.
pub(super) fn version<'a>(report: &'a ViewReport, version: &str) -> Option<&'a EditionReport> {
    report.editions.iter().find(|edition| edition.edition.to_string() == version)
}

/// Each version with what it is for, the newest first.
pub(super) fn states(report: &ViewReport) -> Vec<(String, EditionState)> {
    report.editions.iter().map(|edition| (edition.edition.to_string(), edition.state)).collect()
}

pub(super) fn is_serving(name: &'static str) -> impl Fn(&ViewReport) -> bool {
    move |report| version(report, name).is_some_and(|version| version.state == EditionState::Serving)
}

/// Lets an edition serve; what takes longer than anybody waits is asked again.
pub(super) async fn choose(view: &ViewHandle, edition: &str) {
    loop {
        match view.use_edition(edition).await {
            Err(ChangeError::Busy { .. }) => {}
            done => return assert_eq!(done.unwrap().to_string(), edition),
        }
    }
}

pub(super) fn file(directory: &Path, version: &str) -> PathBuf {
    directory.join(format!("seen-v{version}.sqlite"))
}
