//! What is kept of versions that don't serve any more, and for how long.

use std::{fs, path::Path, time::Duration};

use mediary_events::testing::NOW;
use mediary_log::{Filter, Read};
use rusqlite::Connection;

use super::seen::{Seen, file, is_serving, reported, trial, version};
use crate::{
    playlist::PlaylistView,
    shelf::KEPT,
    tests::{
        bench::{Bench, rows_of},
        story::{entry_count, follow, look, reach},
    },
    view::View as _,
};

/// What of the view lies in the folder besides its note.
fn files(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.starts_with("seen-") && name.ends_with(".sqlite"));
    names.sort();
    names
}

// PL-40.
// invariant: V-7
#[tokio::test]
async fn a_version_is_kept_for_a_day_after_another_one_took_its_place() {
    let bench = Bench::new();
    let position = bench.tell(follow).await;
    let view = bench.view::<Seen<11, 1>>(bench.folder());
    reach(&view, position).await;
    view.stop();
    // One that nobody can read is kept as long as any other, and no longer.
    fs::write(file(bench.folder(), "0"), "old").unwrap();
    fs::write(bench.folder().join("other-v0.sqlite"), "another view's").unwrap();
    let view = bench.view::<Seen<11, 2>>(bench.folder());
    let report =
        reported(&view, |report| version(report, "0").is_some_and(|zero| zero.kept_until.is_some())).await;
    assert_eq!(version(&report, "1").unwrap().kept_until, Some(NOW.after(KEPT)));
    let all = ["seen-v0.sqlite", "seen-v1.sqlite", "seen-v2.sqlite"];
    assert_eq!(files(bench.folder()), all);

    bench.pass(KEPT.saturating_sub(Duration::from_secs(1)));
    reach(&view, bench.tell(look(1, 0..3)).await).await;
    view.stop();
    // A restart begins no new day.
    let view = bench.view::<Seen<11, 2>>(bench.folder());
    reach(&view, bench.tell(look(2, 0..4)).await).await;
    assert_eq!(files(bench.folder()), all);
    bench.pass(Duration::from_secs(1));
    reach(&view, bench.tell(look(3, 0..5)).await).await;
    reported(&view, |report| report.editions.len() == 1).await;
    view.stop();
    assert_eq!(files(bench.folder()), ["seen-v2.sqlite"]);
    assert!(bench.folder().join("other-v0.sqlite").exists());
}

// invariant: V-7
#[tokio::test]
async fn a_version_that_serves_is_kept_however_long_that_is() {
    let bench = Bench::new();
    let position = bench.tell(follow).await;
    let view = bench.view::<Seen<12, 1>>(bench.folder());
    reach(&view, position).await;
    view.stop();
    let view = bench.view::<Seen<12, 2>>(bench.folder());
    reported(&view, is_serving("2")).await;
    super::seen::choose(&view, "1").await;
    bench.pass(2 * KEPT);
    let head = bench.tell(look(1, 0..3)).await;
    let report = reported(&view, |report| version(report, "2").is_some_and(|two| two.position == head)).await;
    assert!(is_serving("1")(&report), "{report:#?}");
    view.stop();
}

/// How a build stands that has more events to fold than are folded without haste.
fn begun(directory: &Path) -> (bool, String, bool) {
    let connection = Connection::open(file(directory, "2")).unwrap();
    let begun = connection.query_row("SELECT built, boot FROM checkpoint", [], |row| {
        Ok((row.get::<_, bool>(0)?, row.get::<_, String>(1)?))
    });
    let (is_built, boot) = begun.unwrap();
    let index =
        connection.prepare("SELECT * FROM seen INDEXED BY seen_changed WHERE project = 1 AND changed_at = 1");
    (is_built, boot, index.is_ok())
}

// invariant: V-1
#[tokio::test]
async fn a_build_without_syncs_is_thrown_away_after_a_power_cut_and_by_nothing_else() {
    let (bench, trial) = (Bench::new(), trial(13));
    bench.tell(follow).await;
    let head = bench.tell(look(1, 0..2_100)).await;
    let mark = |sql: &str| Connection::open(file(bench.folder(), "2")).unwrap().execute_batch(sql).is_ok();
    for is_another_boot in [false, true] {
        trial.hold_from(head);
        let view = bench.view::<Seen<13, 2>>(bench.folder());
        reported(&view, |report| version(report, "2").is_some_and(|build| build.trouble.is_some())).await;
        view.stop();
        let (is_built, boot, is_indexed) = begun(bench.folder());
        assert!(!is_built && !boot.is_empty() && !is_indexed, "it is told to be no whole file");
        assert!(mark("CREATE TABLE mark (only INTEGER)"));
        if is_another_boot {
            assert!(mark("UPDATE checkpoint SET boot = 'another'"));
        }
        trial.let_go();
        let view = bench.view::<Seen<13, 2>>(bench.folder());
        reach(&view, head).await;
        view.stop();
        let (is_built, _, is_indexed) = begun(bench.folder());
        assert!(is_built && is_indexed);
        assert_eq!(
            mark("DROP TABLE mark"),
            !is_another_boot,
            "a killed process lost nothing, a power cut may"
        );
        fs::remove_file(file(bench.folder(), "2")).unwrap();
    }
}

// Core B14.
// invariant: L-24
#[tokio::test]
async fn what_was_erased_is_in_no_version_that_is_kept() {
    let bench = Bench::new();
    let view = bench.view::<PlaylistView>(bench.folder());
    bench.tell(follow).await;
    reach(&view, bench.tell(look(1, 0..3)).await).await;
    let build = view.rebuild().await.unwrap();
    reported(&view, |report| report.editions.len() == 2 && report.editions[1].kept_until.is_some()).await;
    let added = Read::forward(1).filter(Filter::kinds(["playlist.entry_added"]));
    let erased = bench.log().read(&added).unwrap()[0].position();
    let says = || {
        let paths = fs::read_dir(bench.folder()).unwrap().map(|entry| entry.unwrap().path());
        let views = paths.filter(|path| path.extension().is_some_and(|kind| kind == "sqlite"));
        views.map(|path| format!("{:?}", rows_of(&Connection::open(path).unwrap()))).collect::<Vec<_>>()
    };
    assert!(says().len() == 2 && says().iter().all(|rows| rows.contains("About 0")), "{:?}", says());
    reach(&view, bench.erase(&[erased]).await).await;
    assert_eq!(entry_count(&view).await, Some(3));
    view.stop();
    assert_eq!(says().len(), 1, "the one before is gone, though its day isn't over");
    assert!(!says()[0].contains("About 0"));
    assert_eq!((build.version, view.status().edition), (PlaylistView::VERSION, build));
}
