//! The life of views on a real log.

use std::{fs, path::Path, sync::mpsc};

use mediary_events::{Concern as _, playlist::Playlist};
use mediary_schema::scope::Scope;
use tempfile::TempDir;
use tokio::time::Instant;

use super::{
    bench::{Bench, copy, dump, open, path},
    story::{entry_count, follow, id, keep, list, look, reach},
};
use crate::{
    QueryError,
    download::DownloadView,
    file::FileView,
    handle::ViewHandle,
    job::{JobFilter, JobView, jobs},
    page::PageRequest,
    playlist::{PlaylistFilter, PlaylistView, playlist, playlists},
    registry::StartError,
    view::View,
};

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
        reach(views.of::<PlaylistView>(), position).await;
    }
    for number in 1..12 {
        bench.tell(keep(number)).await;
    }
    let position = bench.tell(look(6, 5..1_300)).await;
    for view in views.all() {
        reach(view, position).await;
    }
    views.stop();
    let directory = bench.folder().join("views");
    // Of no rows nothing would be proved: the checkpoint is one.
    let rows = [dump::<DownloadView>(&directory).len(), dump::<FileView>(&directory).len()];
    assert!(rows.iter().all(|rows| *rows > 5), "{rows:?}");
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
    views.of::<PlaylistView>().wait_for(bench.tell(follow).await).await.unwrap();
    assert_eq!(entry_count(views.of::<PlaylistView>()).await, Some(0));
    let position = bench.tell(look(1, 0..4)).await;
    views.of::<PlaylistView>().wait_for(position).await.unwrap();
    assert_eq!(entry_count(views.of::<PlaylistView>()).await, Some(4));
    views.of::<JobView>().wait_for(position).await.unwrap();
    let page = views
        .of::<JobView>()
        .read(Scope::of_test(), |rows| jobs(rows, &JobFilter::default(), &PageRequest::front(9).counted()))
        .await
        .unwrap();
    assert_eq!(page.total, Some(1));
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
        reach(views.of::<PlaylistView>(), position).await;
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

// Core A7: a part of the truth is not shown as if it were all.
// invariant: V-4
#[tokio::test]
async fn a_view_that_is_still_being_built_answers_nothing() {
    let bench = Bench::new();
    let before = bench.tell(follow).await;
    start_and_mark(&bench, bench.folder()).await;
    let after = bench.tell(look(1, 0..4)).await;
    // Whoever holds the file keeps the view from folding.
    let held = open::<PlaylistView>(bench.folder());
    held.execute_batch("BEGIN IMMEDIATE").unwrap();
    let view = bench.view::<PlaylistView>(bench.folder());
    let count = |rows: &rusqlite::Transaction<'_>| Ok(playlist(rows, list())?.unwrap().entry_count);
    for answer in [view.read(Scope::of_test(), count).await, view.read_blocking(Scope::of_test(), count)] {
        let error = answer.unwrap_err();
        let expected =
            matches!(error, QueryError::Behind { at, wanted, .. } if (at, wanted) == (before, after));
        assert!(expected, "{error:?}");
    }
    held.execute_batch("ROLLBACK").unwrap();
    reach(&view, after).await;
    assert_eq!(view.read(Scope::of_test(), count).await.unwrap(), 4);
    view.stop();
}

#[tokio::test]
async fn a_view_that_has_stopped_is_told_as_stopping() {
    let bench = Bench::new();
    let views = bench.views();
    views.stop();
    views.stop();
    assert!(matches!(views.of::<JobView>().wait_for(9).await, Err(QueryError::Stopping)));
    let request = PageRequest::front(1).counted();
    let page = views
        .of::<PlaylistView>()
        .read(Scope::of_test(), move |rows| playlists(rows, &PlaylistFilter::default(), &request))
        .await;
    assert_eq!(page.unwrap().total, Some(0), "what it has can still be read");
}

#[tokio::test]
async fn a_file_that_can_not_be_opened_now_is_not_thrown_away() {
    let bench = Bench::new();
    let path = path::<PlaylistView>(bench.folder());
    fs::create_dir(&path).unwrap();
    let error = ViewHandle::start::<PlaylistView>(bench.log(), &bench.alarms(), bench.folder()).unwrap_err();
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
