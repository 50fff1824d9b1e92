//! The life of views on a real log.

use std::{
    fs,
    path::Path,
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    time::Duration,
};

use mediary_events::{
    Concern as _,
    job::{self, Job},
    playlist::{self, Playlist},
    testing::samples,
};
use mediary_log::{
    Recorded,
    gate::{Refusal, Transaction as Story},
};
use mediary_schema::{
    AttemptId, JobId, PlaylistId, ProjectId, WorkerId,
    item::IdScope,
    job::RetryPolicy,
    playlist::{Availability, LiveStatus, ObservedEntry, ObservedPlaylist, PlaylistKind, RefreshMode},
    scope::Scope,
};
use rusqlite::Transaction;
use tempfile::TempDir;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    bench::{Bench, copy, dump, open, path},
    support::{USED, source},
};
use crate::{
    QueryError,
    download::DownloadView,
    file::FileView,
    job::{JobFilter, JobView, jobs},
    page::PageRequest,
    playlist::{PlaylistView, playlist, playlists},
    runner::{Fault, StartError, ViewHandle},
    view::{ApplyError, View},
};

const URL: &str = "http://example.org/list";

fn list() -> PlaylistId {
    samples::identities().playlist(ProjectId::HOME, &URL.parse().unwrap())
}

fn follow(story: &mut Story<'_>) -> Result<(), Refusal> {
    story.execute::<Playlist>(list().uuid(), playlist::Command::Follow { url: URL.to_owned() })
}

/// A refresh that sees so many entries from a number on, from its wish to its end.
fn look(
    number: u128,
    entries: std::ops::Range<u32>,
) -> impl Fn(&mut Story<'_>) -> Result<(), Refusal> + Send + 'static {
    move |story| {
        let (job_id, attempt_id) = (JobId::from_uuid(id(number)), AttemptId::from_uuid(id(number + 100)));
        let mode = Some(RefreshMode::Full);
        mediary_log::work::playlist::request(story, list(), job_id, mode, RetryPolicy::default())?;
        let lease = job::Command::Lease { attempt_id, worker_id: WorkerId::from_uuid(id(9)) };
        story.execute::<Job>(job_id.uuid(), lease)?;
        let observed: Vec<_> = entries.clone().map(|entry| seen(&entry.to_string())).collect();
        let state = story.state::<Playlist>(list().uuid())?;
        let found = samples::diff(list(), state, observed, RefreshMode::Full);
        let completed = mediary_log::work::playlist::Completed {
            kind: PlaylistKind::List,
            playlist: ObservedPlaylist { title: Some("Letters".to_owned()), ..ObservedPlaylist::default() },
            mode: RefreshMode::Full,
            observed: entries.len() as u32,
            newest_first: found.newest_first,
            changes: found.changes,
        };
        mediary_log::work::playlist::finish(story, list(), job_id, attempt_id, USED, completed)
    }
}

fn seen(name: &str) -> ObservedEntry {
    ObservedEntry {
        index: 1,
        source: source(name),
        id_scope: IdScope::Source,
        title: Some(format!("About {name}")),
        duration_ms: Some(61_000),
        availability: Availability::Available,
        live_status: LiveStatus::NotLive,
    }
}

const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Lets a view come to a position; a slow machine may take longer than a query waits.
async fn reach(view: &ViewHandle, position: u64) {
    let mut status = view.watch();
    let reached = status.wait_for(|status| status.position >= position);
    tokio::time::timeout(Duration::from_mins(1), reached).await.unwrap().unwrap();
}

/// Lets a view come to an event that halts it.
async fn halted(view: &ViewHandle) -> Fault {
    let mut status = view.watch();
    let halted = status.wait_for(|status| status.fault.is_some());
    let status = tokio::time::timeout(Duration::from_mins(1), halted).await.unwrap().unwrap().clone();
    status.fault.unwrap()
}

/// How many entries the view shows.
async fn entry_count(view: &ViewHandle) -> Option<u64> {
    view.read(Scope::of_test(), |rows| Ok(playlist(rows, list())?.map(|row| row.entry_count))).await.unwrap()
}

/// The rows of a view that is built from the log's first event.
async fn built_anew<V: View>(bench: &Bench) -> Vec<Vec<rusqlite::types::Value>> {
    let folder = TempDir::new().unwrap();
    let view = bench.view::<V>(folder.path());
    reach(&view, bench.log().head().position).await;
    view.stop();
    dump::<V>(folder.path())
}

async fn assert_as_built_anew<V: View>(bench: &Bench, directory: &Path) {
    assert_eq!(dump::<V>(directory), built_anew::<V>(bench).await, "{}", V::NAME);
}

// PL-40.
// invariant: V-2
#[tokio::test]
async fn views_built_from_zero_equal_those_that_lived_through_it() {
    let bench = Bench::new();
    let views = bench.views();
    // One story after the other, so that the views fold them in many small batches; and one that takes several.
    bench.tell(follow).await;
    for number in 1..6 {
        let position = bench.tell(look(number, 0..number as u32 * 3)).await;
        reach(&views.playlist, position).await;
    }
    let position = bench.tell(look(6, 5..1_300)).await;
    for view in views.all() {
        reach(view, position).await;
    }
    views.stop();
    let directory = bench.folder().join("views");
    assert_as_built_anew::<PlaylistView>(&bench, &directory).await;
    assert_as_built_anew::<JobView>(&bench, &directory).await;
    assert_as_built_anew::<DownloadView>(&bench, &directory).await;
    assert_as_built_anew::<FileView>(&bench, &directory).await;
}

// PL-42.
// invariant: V-4
#[tokio::test]
async fn whoever_waits_for_his_position_sees_what_he_did() {
    let bench = Bench::new();
    let views = bench.views();
    views.playlist.wait_for(bench.tell(follow).await).await.unwrap();
    assert_eq!(entry_count(&views.playlist).await, Some(0));
    let position = bench.tell(look(1, 0..4)).await;
    views.playlist.wait_for(position).await.unwrap();
    assert_eq!(entry_count(&views.playlist).await, Some(4));
    views.job.wait_for(position).await.unwrap();
    let page = views
        .job
        .read(Scope::of_test(), |rows| jobs(rows, JobFilter::default(), PageRequest::front(9)))
        .await
        .unwrap();
    assert_eq!(page.total, 1);
    views.stop();
}

// invariant: V-6
#[tokio::test]
async fn a_query_sees_one_moment_however_long_it_takes() {
    let bench = Bench::new();
    let view = bench.view::<PlaylistView>(bench.folder());
    reach(&view, bench.tell(follow).await).await;
    let (looked, first_refresh) = mpsc::channel();
    let (go_on, moved_on) = mpsc::channel();
    let query = view.read(Scope::of_test(), move |rows| {
        let count = |rows: &_| Ok::<_, rusqlite::Error>(playlist(rows, list())?.unwrap().entry_count);
        let before = count(rows)?;
        looked.send(()).unwrap();
        moved_on.recv().unwrap();
        Ok((before, count(rows)?))
    });
    let meanwhile = async {
        tokio::task::spawn_blocking(move || first_refresh.recv().unwrap()).await.unwrap();
        reach(&view, bench.tell(look(1, 0..4)).await).await;
        go_on.send(()).unwrap();
    };
    let (answer, ()) = tokio::join!(query, meanwhile);
    assert_eq!(answer.unwrap(), (0, 0));
    assert_eq!(entry_count(&view).await, Some(4));
}

/// Lets the playlist view come to the end of the log, and leaves a mark in its file: who finds it later
/// knows that the file was not built anew.
async fn start_and_mark(bench: &Bench, directory: &Path) {
    let view = bench.view::<PlaylistView>(directory);
    reach(&view, bench.log().head().position).await;
    view.stop();
    open::<PlaylistView>(directory).execute("CREATE TABLE mark (only INTEGER)", []).unwrap();
}

fn is_marked(directory: &Path) -> bool {
    open::<PlaylistView>(directory).prepare("SELECT * FROM mark").is_ok()
}

// invariant: V-1
#[tokio::test]
async fn a_view_goes_on_from_its_checkpoint() {
    let bench = Bench::new();
    bench.tell(follow).await;
    start_and_mark(&bench, bench.folder()).await;
    let position = bench.tell(look(1, 0..3)).await;
    let view = bench.view::<PlaylistView>(bench.folder());
    reach(&view, position).await;
    view.stop();
    assert!(is_marked(bench.folder()));
    assert_as_built_anew::<PlaylistView>(&bench, bench.folder()).await;
}

#[tokio::test]
async fn a_view_that_is_up_to_date_is_so_at_once() {
    let bench = Bench::new();
    let position = bench.tell(follow).await;
    start_and_mark(&bench, bench.folder()).await;
    let view = bench.view::<PlaylistView>(bench.folder());
    assert_eq!(view.status().position, position);
    view.stop();
}

// PL-40: killed after any batch, the view folds each event once.
// invariant: V-1
#[tokio::test]
async fn a_view_that_was_killed_goes_on_without_losing_or_doubling() {
    let bench = Bench::new();
    let views = bench.views();
    bench.tell(follow).await;
    for number in 1..6 {
        let position = bench.tell(look(number, 0..number as u32 * 3)).await;
        reach(&views.playlist, position).await;
        let killed = TempDir::new().unwrap();
        copy(&bench.folder().join("views"), killed.path());
        let position = bench.tell(look(number + 50, 2..number as u32 * 2 + 2)).await;
        let view = bench.view::<PlaylistView>(killed.path());
        reach(&view, position).await;
        view.stop();
        assert_as_built_anew::<PlaylistView>(&bench, killed.path()).await;
    }
    views.stop();
}

#[tokio::test]
async fn a_view_of_another_log_is_built_anew() {
    let (bench, other) = (Bench::new(), Bench::new());
    for bench in [&bench, &other] {
        bench.tell(follow).await;
    }
    start_and_mark(&other, bench.folder()).await;
    let view = bench.view::<PlaylistView>(bench.folder());
    reach(&view, 1).await;
    view.stop();
    assert!(!is_marked(bench.folder()));
}

// A backup of the log was put back, and the views are newer than it.
#[tokio::test]
async fn a_view_of_the_future_is_built_anew() {
    let bench = Bench::new();
    bench.tell(follow).await;
    let folder = bench.close().await;
    let backup = TempDir::new().unwrap();
    copy(&folder.path().join("log"), &backup.path().join("log"));
    let bench = Bench::on(folder);
    bench.tell(look(1, 0..3)).await;
    start_and_mark(&bench, backup.path()).await;

    let restored = Bench::on(backup);
    assert_eq!(restored.log().id(), bench.log().id());
    let view = restored.view::<PlaylistView>(restored.folder());
    reach(&view, 1).await;
    assert_eq!(entry_count(&view).await, Some(0));
    view.stop();
    assert!(!is_marked(restored.folder()));
}

// invariant: V-2
#[tokio::test]
async fn a_file_that_is_no_view_is_replaced() {
    let bench = Bench::new();
    bench.tell(follow).await;
    for foreign in ["", "this is no database, only text that somebody put there"] {
        fs::write(path::<PlaylistView>(bench.folder()), foreign).unwrap();
        let view = bench.view::<PlaylistView>(bench.folder());
        reach(&view, 1).await;
        view.stop();
        assert_as_built_anew::<PlaylistView>(&bench, bench.folder()).await;
    }
}

// invariant: V-5
#[tokio::test]
async fn an_event_that_can_not_be_read_halts_its_view_alone_and_says_where() {
    let bench = Bench::new();
    bench.tell(follow).await;
    bench.tell(look(1, 0..3)).await;
    let bad = bench.append_raw(Playlist::stream(id(77)), "entry_renamed", 1, b"\x81\xa1x\x01").await;
    let position = bench.tell(look(2, 0..4)).await;
    let views = bench.views();
    reach(&views.job, position).await;
    let Fault { position: place, code, reason } = halted(&views.playlist).await;
    assert_eq!((place, code), (bad, "VIEW_STOPPED"));
    let expected = format!(
        "event {bad} can't be folded: the event can't be read: malformed payload of playlist.entry_renamed v1"
    );
    assert!(reason.starts_with(&expected), "{reason}");
    let error = views.playlist.wait_for(position).await.unwrap_err();
    assert!(matches!(&error, QueryError::Stopped { view: "playlist", .. }), "{error:?}");
    // It goes up to there, and answers nothing: what it doesn't show would be taken for what isn't there.
    views.playlist.wait_for(bad - 1).await.unwrap();
    let page = views.playlist.read(Scope::of_test(), |rows| playlists(rows, PageRequest::front(1))).await;
    assert!(matches!(page, Err(QueryError::Stopped { view: "playlist", .. })));
    views.stop();
}

// PL-07.
// invariant: L-13
#[tokio::test]
async fn events_that_only_a_newer_program_knows_are_passed_over() {
    let bench = Bench::new();
    bench.tell(follow).await;
    bench.tell(look(1, 0..3)).await;
    let stream = Playlist::stream(list().uuid());
    bench.append_raw(stream.clone(), "enchanted", 1, b"\x80").await;
    bench.append_raw(stream.clone(), "unfollowed", 9, b"\x80").await;
    let position = bench.append_raw(mediary_log::StreamId::new("music", id(1)), "played", 1, b"\x80").await;
    let view = bench.view::<PlaylistView>(bench.folder());
    reach(&view, position).await;
    assert_eq!(entry_count(&view).await, Some(3));
    view.stop();
}

// invariant: V-4
#[tokio::test(start_paused = true)]
async fn who_waits_too_long_is_told_how_far_the_view_is() {
    let bench = Bench::new();
    bench.tell(follow).await;
    let view = bench.view::<PlaylistView>(bench.folder());
    let began = Instant::now();
    let error = view.wait_for(7).await.unwrap_err();
    assert!(matches!(error, QueryError::Behind { view: "playlist", wanted: 7, .. }), "{error:?}");
    assert_eq!(began.elapsed().as_secs(), 2);
    view.stop();
}

#[tokio::test]
async fn a_view_that_has_stopped_is_told_as_stopping() {
    let bench = Bench::new();
    let views = bench.views();
    views.stop();
    views.stop();
    assert!(matches!(views.job.wait_for(9).await, Err(QueryError::Stopping)));
    let page = views.playlist.read(Scope::of_test(), |rows| playlists(rows, PageRequest::front(1))).await;
    assert_eq!(page.unwrap().total, 0, "what it has can still be read");
}

/// Files as versions 0 and 999 of the playlist view and version 0 of another one would have left them.
fn leave_other_versions(directory: &Path) {
    for name in [
        "playlist-v0.sqlite",
        "playlist-v0.sqlite-wal",
        "playlist-v999.sqlite",
        "playlist-v999.txt",
        "job-v0.sqlite",
    ] {
        fs::write(directory.join(name), "old").unwrap();
    }
}

fn other_versions(directory: &Path) -> Vec<String> {
    let names =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| fs::read(directory.join(name)).unwrap() == b"old").collect();
    names.sort();
    names
}

// PL-40: the old version serves until the new one has caught up.
#[tokio::test]
async fn files_of_other_versions_are_removed_once_this_one_has_caught_up() {
    let bench = Bench::new();
    let folder = TempDir::new().unwrap();
    leave_other_versions(folder.path());
    let position = bench.tell(follow).await;
    let view = bench.view::<PlaylistView>(folder.path());
    reach(&view, position).await;
    view.stop();
    assert_eq!(other_versions(folder.path()), ["job-v0.sqlite", "playlist-v999.txt"]);
}

#[tokio::test]
async fn files_of_other_versions_stay_while_this_one_has_not_caught_up() {
    let bench = Bench::new();
    let folder = TempDir::new().unwrap();
    leave_other_versions(folder.path());
    let bad = bench.append_raw(Playlist::stream(list().uuid()), "unfollowed", 1, b"\xa1x").await;
    let view = bench.view::<PlaylistView>(folder.path());
    assert_eq!(halted(&view).await.position, bad);
    view.stop();
    assert_eq!(other_versions(folder.path()).len(), 5);
}

/// Changes a word in every copy of it in the log of a closed bench.
fn damage(folder: &Path, word: &[u8], by: &[u8]) {
    let file = folder.join("log/00000000000000000001.redb");
    let mut bytes = fs::read(&file).unwrap();
    let places: Vec<usize> =
        (0..bytes.len() - word.len()).filter(|at| bytes[*at..].starts_with(word)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + by.len()].copy_from_slice(by);
    }
    fs::write(file, bytes).unwrap();
}

// invariant: V-5
#[tokio::test]
async fn a_damaged_event_stops_every_view_which_says_so_and_answers_nothing() {
    let bench = Bench::new();
    bench.tell(follow).await;
    bench.tell(look(1, 0..3)).await;
    let folder = bench.close().await;
    damage(folder.path(), b"Letters", b"Lettuce");
    let bench = Bench::on(folder);
    let views = bench.views();
    for view in views.all() {
        let Fault { code, reason, .. } = halted(view).await;
        assert_eq!(code, "LOG_PAYLOAD_DAMAGED", "{reason}");
    }
    let page = views.playlist.read(Scope::of_test(), |rows| playlists(rows, PageRequest::front(1))).await;
    assert!(matches!(page, Err(QueryError::Stopped { code: "LOG_PAYLOAD_DAMAGED", .. })));
    views.stop();
}

/// A view whose file is full at first.
struct Cramped;

static REFUSALS_LEFT: AtomicU32 = AtomicU32::new(3);

impl View for Cramped {
    const NAME: &'static str = "cramped";
    const VERSION: u32 = 1;
    const TABLES: &'static str = "CREATE TABLE seen (position INTEGER NOT NULL) STRICT;";

    fn apply(transaction: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let refuses = REFUSALS_LEFT
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .is_ok();
        if refuses {
            let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
            return Err(rusqlite::Error::SqliteFailure(full, None).into());
        }
        transaction.execute("INSERT INTO seen VALUES (?1)", [recorded.position() as i64])?;
        Ok(())
    }
}

// invariant: V-5
#[tokio::test]
async fn a_full_disk_makes_a_view_wait_and_not_stop() {
    let bench = Bench::new();
    let view = bench.view::<Cramped>(bench.folder());
    let mut status = view.watch();
    let position = bench.tell(follow).await;
    let waiting = status.wait_for(|status| status.trouble.is_some());
    let waiting = tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap().unwrap().clone();
    assert!(waiting.fault.is_none() && waiting.trouble.unwrap().contains("full"));
    reach(&view, position).await;
    assert_eq!(view.status().trouble, None);
    view.stop();
    assert_eq!(dump::<Cramped>(bench.folder()).len(), 1 + position as usize);
}

/// A view with a fault of its own.
struct Clumsy;

impl View for Clumsy {
    const NAME: &'static str = "clumsy";
    const VERSION: u32 = 1;
    const TABLES: &'static str = "";

    fn apply(_: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        assert!(recorded.position() < 2, "it drops what it holds");
        Ok(())
    }
}

// invariant: V-5
#[tokio::test]
async fn a_fold_that_panics_stops_its_view_and_says_so() {
    let bench = Bench::new();
    let view = bench.view::<Clumsy>(bench.folder());
    bench.tell(follow).await;
    bench.tell(look(1, 0..3)).await;
    let Fault { position, code, .. } = halted(&view).await;
    assert_eq!((position, code), (2, "VIEW_STOPPED"));
    assert_eq!(view.status().position, 1);
    view.stop();
}

#[tokio::test]
async fn a_file_that_can_not_be_opened_now_is_not_thrown_away() {
    let bench = Bench::new();
    let path = path::<PlaylistView>(bench.folder());
    fs::create_dir(&path).unwrap();
    let error = ViewHandle::start::<PlaylistView>(bench.log(), bench.folder()).unwrap_err();
    assert!(matches!(error, StartError::Open { view: "playlist", .. }), "{error}");
    assert!(path.is_dir());
}

// The same log went two ways: its id says nothing.
#[tokio::test]
async fn a_view_of_another_history_of_the_log_is_built_anew() {
    let bench = Bench::new();
    bench.tell(follow).await;
    let folder = bench.close().await;
    let fork = TempDir::new().unwrap();
    copy(&folder.path().join("log"), &fork.path().join("log"));
    let (bench, fork) = (Bench::on(folder), Bench::on(fork));
    bench.tell(look(1, 0..3)).await;
    fork.tell(look(2, 0..3)).await;
    start_and_mark(&bench, fork.folder()).await;
    let position = fork.log().head().position;
    let view = fork.view::<PlaylistView>(fork.folder());
    reach(&view, position).await;
    view.stop();
    assert!(!is_marked(fork.folder()));
}
