//! Views as they were: what a view showed when the log ended at a position.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use mediary_events::{Concern as _, playlist::Playlist};
use mediary_log::{Filter, Read, Recorded};
use mediary_schema::scope::Scope;
use proptest::prelude::*;
use rusqlite::{Transaction, types::Value};
use tokio::runtime::Runtime;

use super::{
    bench::{Bench, dump, open},
    story::{follow, keep, list, look, reach},
};
use crate::{
    QueryError,
    download::DownloadView,
    file::FileView,
    handle::ViewHandle,
    job::JobView,
    past::{Limits, Pasts, Stage},
    playlist::{PlaylistView, playlist},
    registry::Views,
    view::{ApplyError, View},
};

type Dump = Vec<Vec<Value>>;

/// What every view has in its file below a folder.
fn dumps(directory: &Path) -> [Dump; 4] {
    [
        dump::<PlaylistView>(directory),
        dump::<JobView>(directory),
        dump::<DownloadView>(directory),
        dump::<FileView>(directory),
    ]
}

fn folder(bench: &Bench, position: u64) -> PathBuf {
    bench.folder().join("views/past").join(position.to_string())
}

/// Has every view built as of a position, however long that takes.
async fn build(views: &Views, position: u64) {
    for view in views.all() {
        while let Err(error) = view.read_as_of(position, Scope::of_test(), |_| Ok(())).await {
            assert!(matches!(error, QueryError::Building { .. }), "{error}");
        }
    }
}

/// How many entries a view showed as of a position.
async fn entry_count(view: &ViewHandle, position: u64) -> Option<u64> {
    let count = view.read_as_of(position, Scope::of_test(), |rows| {
        Ok(playlist(rows, list())?.map(|row| row.entry_count))
    });
    count.await.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    // Issue 7, part 3: PL-43.
    // invariant: V-8
    #[test]
    fn a_view_as_of_a_position_is_the_one_of_a_log_that_ended_there(
        looks in proptest::collection::vec((0..12_u32, 0..12_u32), 1..6),
        backwards: bool,
    ) {
        Runtime::new().unwrap().block_on(async {
            let bench = Bench::new();
            let views = bench.views();
            let mut ends = Vec::new();
            for number in 0..=looks.len() {
                let position = match number.checked_sub(1).and_then(|number| looks.get(number)) {
                    None => bench.tell(follow).await,
                    Some((from, more)) => {
                        bench.tell(look(number as u128, *from..from + more)).await;
                        bench.tell(keep(number as u128)).await
                    }
                };
                for view in views.all() {
                    reach(view, position).await;
                }
                ends.push((position, dumps(&bench.folder().join("views"))));
            }
            // Of no rows nothing would be proved: the checkpoint is one.
            let (_, last) = ends.last().unwrap();
            prop_assert!(last.iter().all(|rows| rows.len() > 1) || looks.len() < 2, "{last:?}");
            // An earlier one is begun from nothing, a later one from the one before.
            if backwards {
                ends.reverse();
            }
            for (position, shown) in ends {
                build(&views, position).await;
                assert_eq!(dumps(&folder(&bench, position)), shown, "as of {position}");
            }
            build(&views, 0).await;
            assert_eq!(entry_count(views.named("playlist").unwrap(), 0).await, None);
            views.stop();
            Ok(())
        })?;
    }
}

/// A view among others with few of the past, and two positions of it.
async fn with_limits(bench: &Bench, limits: Limits) -> (ViewHandle, u64, u64) {
    let pasts = Pasts::new(bench.log(), bench.folder().join("views/past"), limits);
    let view = ViewHandle::start_among::<PlaylistView>(bench.log(), &bench.alarms(), bench.folder(), &pasts)
        .unwrap();
    bench.tell(follow).await;
    let first = bench.tell(look(1, 0..3)).await;
    let second = bench.tell(look(2, 0..5)).await;
    reach(&view, second).await;
    (view, first, second)
}

// invariant: V-8
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_the_same_moment_meets_the_same_file() {
    let bench = Bench::new();
    let (view, first, second) = with_limits(&bench, Limits::USUAL).await;
    let asked = (0..16).map(|number| entry_count(&view, if number % 2 == 0 { first } else { second }));
    let found = futures::future::join_all(asked).await;
    assert_eq!(found, (0..16).map(|number| Some(if number % 2 == 0 { 3 } else { 5 })).collect::<Vec<_>>());
    let kept = std::fs::read_dir(bench.folder().join("views/past")).unwrap().count();
    assert_eq!(kept, 2);
    view.stop();
    assert!(!bench.folder().join("views/past").exists(), "it is of one run");
    // One that was killed leaves it: what is erased between two is in none.
    std::fs::create_dir_all(bench.folder().join("views/past/7")).unwrap();
    let pasts = Pasts::start(bench.log(), &bench.folder().join("views"));
    assert!(!bench.folder().join("views/past").exists());
    drop(pasts);
}

/// Waits until a folder is removed.
async fn gone(folder: &Path) {
    let removed = async {
        while folder.exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), removed).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_the_past_is_bounded_in_number_bytes_and_time() {
    let bench = Bench::new();
    let (view, first, second) = with_limits(&bench, Limits { files_max: 1, ..Limits::USUAL }).await;
    assert_eq!(entry_count(&view, first).await, Some(3));
    assert_eq!(entry_count(&view, second).await, Some(5));
    gone(&folder(&bench, first)).await;
    assert!(folder(&bench, second).exists());
    assert_eq!(entry_count(&view, first).await, Some(3), "built anew");
    view.stop();

    let bench = Bench::new();
    let (view, first, _) = with_limits(&bench, Limits { bytes_max: 4_096, ..Limits::USUAL }).await;
    let error = view.read_as_of(first, Scope::of_test(), |_| Ok(())).await.unwrap_err();
    assert!(matches!(error, QueryError::PastTooLarge { position, .. } if position == first), "{error}");
    assert!(!folder(&bench, first).exists());
    view.stop();

    let bench = Bench::new();
    let short = Limits { kept_for: Duration::from_millis(200), ..Limits::USUAL };
    let (view, first, _) = with_limits(&bench, short).await;
    assert_eq!(entry_count(&view, first).await, Some(3));
    gone(&folder(&bench, first)).await;
    view.stop();
}

/// Whether the file of a view says a text anywhere.
fn says<V: View>(directory: &Path, text: &str) -> bool {
    directory.exists() && format!("{:?}", super::bench::rows_of(&open::<V>(directory))).contains(text)
}

// invariant: V-8, L-24
#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_is_in_no_view_of_the_past() {
    let bench = Bench::new();
    let (view, first, second) = with_limits(&bench, Limits::USUAL).await;
    for position in [first, second] {
        entry_count(&view, position).await;
        assert!(says::<PlaylistView>(&folder(&bench, position), "About 1"));
    }
    let added = bench.log().read(&Read::forward(1).filter(Filter::kinds(["playlist.entry_added"]))).unwrap();
    let named = |event: &&Recorded| {
        event.payload_json().unwrap().is_some_and(|payload| payload["title"] == "About 1")
    };
    let erased = added.iter().find(named).unwrap().position();
    reach(&view, bench.erase(&[erased]).await).await;
    assert!(!folder(&bench, first).exists() && !folder(&bench, second).exists(), "nobody asked since");
    for (position, count) in [(first, 3), (second, 5)] {
        assert_eq!(entry_count(&view, position).await, Some(count));
        assert!(!says::<PlaylistView>(&folder(&bench, position), "About 1"));
        assert!(says::<PlaylistView>(&folder(&bench, position), "About 2"));
    }
    view.stop();
}

/// A view whose disk is full, or that fails slowly, wherever it is built as it was.
#[derive(Default)]
struct Unlucky;

/// How many times one of the past was begun.
static BEGUN: AtomicU64 = AtomicU64::new(0);

impl View for Unlucky {
    const NAME: &'static str = "unlucky";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const TABLES: &'static str = "CREATE TABLE unlucky (key INTEGER PRIMARY KEY, project BLOB NOT NULL, changed_at INTEGER NOT NULL) STRICT;";
    const INDEXES: &'static str = "CREATE INDEX unlucky_changed ON unlucky (project, changed_at);";
    const CONCERNS: &'static [&'static str] = &[Playlist::NAME];

    fn apply(&mut self, _: &Transaction<'_>, _: &Recorded) -> Result<(), ApplyError> {
        if std::thread::current().name() != Some("past") {
            return Ok(());
        }
        BEGUN.fetch_add(1, Ordering::SeqCst);
        let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
        Err(ApplyError::Sqlite(rusqlite::Error::SqliteFailure(full, None)))
    }

    fn write(&mut self, _: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(())
    }
}

// A copy that nobody needs does not wait for the room that it takes itself; and it is told, also if nobody waited for it.
// invariant: V-8
#[tokio::test(flavor = "multi_thread")]
async fn what_fills_the_disk_is_given_up_and_that_is_told_once() {
    let bench = Bench::new();
    let pasts = Pasts::new(bench.log(), bench.folder().join("views/past"), Limits::USUAL);
    let view =
        ViewHandle::start_among::<Unlucky>(bench.log(), &bench.alarms(), bench.folder(), &pasts).unwrap();
    let position = bench.tell(follow).await;
    reach(&view, position).await;
    let mut told = pasts.ask(Unlucky::NAME, view.way, position).unwrap();
    told.wait_for(|stage| matches!(stage, Stage::Failed(_))).await.unwrap();
    drop(told);
    gone(&folder(&bench, position)).await;
    let error = view.read_as_of(position, Scope::of_test(), |_| Ok(())).await.unwrap_err();
    assert!(matches!(&error, QueryError::Stopped { reason, .. } if reason.contains("full")), "{error}");
    assert_eq!(BEGUN.load(Ordering::SeqCst), 1, "whoever asks afterwards is told");
    view.read_as_of(position, Scope::of_test(), |_| Ok(())).await.unwrap_err();
    assert_eq!(BEGUN.load(Ordering::SeqCst), 2, "and then it is tried again");
    view.stop();
}

// What one question asks for stays until it is answered: two that fit alone and not together would chase each other.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_room_beside_what_was_just_asked_for_says_so() {
    let bench = Bench::new();
    let (view, first, second) = with_limits(&bench, Limits::USUAL).await;
    let way = view.way;
    view.stop();
    // As much as the second one takes while it is built, and hardly more.
    let mut bytes_max = 4_096;
    let built = async |bytes_max| {
        let limits = Limits { bytes_max, ..Limits::USUAL };
        let pasts = Pasts::new(bench.log(), bench.folder().join("views/past"), limits);
        let mut told = pasts.ask(PlaylistView::NAME, way, second).unwrap();
        let is_built =
            matches!(*told.wait_for(|stage| !matches!(stage, Stage::At(_))).await.unwrap(), Stage::Built(_));
        tokio::task::spawn_blocking(move || pasts.stop()).await.unwrap();
        is_built
    };
    while !built(bytes_max).await {
        bytes_max += 4_096;
    }
    let limits = Limits { bytes_max, ..Limits::USUAL };
    let pasts = Pasts::new(bench.log(), bench.folder().join("views/past"), limits);
    let view = ViewHandle::start_among::<PlaylistView>(bench.log(), &bench.alarms(), bench.folder(), &pasts)
        .unwrap();
    reach(&view, second).await;
    assert_eq!(entry_count(&view, first).await, Some(3));
    let error = view.read_as_of(second, Scope::of_test(), |_| Ok(())).await.unwrap_err();
    assert!(matches!(error, QueryError::Busy { .. }), "{error}");
    assert!(folder(&bench, first).exists() && !folder(&bench, second).exists());
    assert_eq!(entry_count(&view, first).await, Some(3));
    view.stop();
}
