//! What stops a view, what only makes it wait, and what it says then.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use mediary_events::{Concern as _, job::Job, playlist::Playlist, reservation::Reservation};
use mediary_log::Recorded;
use mediary_schema::scope::Scope;
use rusqlite::Transaction;
use tokio::time::Instant;

use super::{
    bench::{Bench, dump},
    story::{follow, halted, id, look, reach},
};
use crate::{
    QueryError,
    handle::Fault,
    job::JobView,
    page::PageRequest,
    playlist::{PlaylistFilter, PlaylistView, playlists},
    view::{ApplyError, View},
};

// invariant: V-5
#[tokio::test]
async fn an_event_that_can_not_be_read_halts_its_view_alone_and_says_where() {
    let bench = Bench::new();
    bench.tell(follow).await;
    bench.tell(look(1, 0..3)).await;
    let bad = bench.append_raw(Playlist::stream(id(77)), "entry_renamed", 1, b"\x81\xa1x\x01").await;
    let position = bench.tell(look(2, 0..4)).await;
    let views = bench.views();
    reach(views.of::<JobView>(), position).await;
    let Fault { position: place, code, reason } = halted(views.of::<PlaylistView>()).await;
    assert_eq!((place, code), (bad, "VIEW_STOPPED"));
    let expected = format!(
        "event {bad} can't be folded: the event can't be read: malformed payload of playlist.entry_renamed v1"
    );
    assert!(reason.starts_with(&expected), "{reason}");
    let error = views.of::<PlaylistView>().wait_for(position).await.unwrap_err();
    assert!(matches!(&error, QueryError::Stopped { view: "playlist", .. }), "{error:?}");
    // It goes up to there, and answers nothing: what it doesn't show would be taken for what isn't there.
    views.of::<PlaylistView>().wait_for(bad - 1).await.unwrap();
    let page = views
        .of::<PlaylistView>()
        .read(Scope::of_test(), |rows| playlists(rows, &PlaylistFilter::default(), &PageRequest::front(1)))
        .await;
    assert!(matches!(page, Err(QueryError::Stopped { view: "playlist", .. })));
    views.stop();
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
async fn a_damaged_event_stops_the_view_that_folds_it_which_says_so_and_answers_nothing() {
    let bench = Bench::new();
    bench.tell(follow).await;
    let position = bench.tell(look(1, 0..3)).await;
    let folder = bench.close().await;
    damage(folder.path(), b"Letters", b"Lettuce");
    let bench = Bench::on(folder);
    let views = bench.views();
    let Fault { code, reason, .. } = halted(views.of::<PlaylistView>()).await;
    assert_eq!(code, "LOG_PAYLOAD_DAMAGED", "{reason}");
    let page = views
        .of::<PlaylistView>()
        .read(Scope::of_test(), |rows| playlists(rows, &PlaylistFilter::default(), &PageRequest::front(1)))
        .await;
    assert!(matches!(page, Err(QueryError::Stopped { code: "LOG_PAYLOAD_DAMAGED", .. })));
    // The others are told of no lists.
    reach(views.of::<JobView>(), position).await;
    views.stop();
}

/// A view whose file is full at first.
#[derive(Default)]
struct Cramped;

static REFUSALS_LEFT: AtomicU32 = AtomicU32::new(3);

impl View for Cramped {
    const NAME: &'static str = "cramped";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const INDEXES: &'static str = "";
    const TABLES: &'static str = "CREATE TABLE seen (position INTEGER NOT NULL) STRICT;";
    const CONCERNS: &'static [&'static str] = &[Playlist::NAME, Job::NAME, Reservation::NAME];

    fn apply(&mut self, transaction: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
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

    fn write(&mut self, _: &Transaction<'_>) -> Result<(), ApplyError> {
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

/// A view whose file is full for good after its first event.
#[derive(Default)]
struct Crammed;

impl View for Crammed {
    const NAME: &'static str = "crammed";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const INDEXES: &'static str = "";
    const TABLES: &'static str = "";
    const CONCERNS: &'static [&'static str] = &[Playlist::NAME];

    fn apply(&mut self, _: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        // What opened the log stands in it, so that it is whole as of its start.
        if recorded.position() == 1 {
            return Ok(());
        }
        let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
        Err(rusqlite::Error::SqliteFailure(full, None).into())
    }

    fn write(&mut self, _: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(())
    }
}

// Edge C8: each query of it took two seconds, since another view was shown further on.
#[tokio::test(start_paused = true)]
async fn a_view_that_can_not_go_on_for_now_is_not_waited_for() {
    let bench = Bench::new();
    let view = bench.view::<Crammed>(bench.folder());
    let mut status = view.watch();
    drop(status.wait_for(|status| status.position > 0).await.unwrap());
    let position = bench.tell(follow).await;
    drop(status.wait_for(|status| status.trouble.is_some()).await.unwrap());
    view.shown.store(position, Ordering::SeqCst);
    let began = Instant::now();
    view.read(Scope::of_test(), |_| Ok(())).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 0);
    view.stop();
}

/// A view with a fault of its own.
#[derive(Default)]
struct Clumsy;

impl View for Clumsy {
    const NAME: &'static str = "clumsy";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const INDEXES: &'static str = "";
    const TABLES: &'static str = "";
    const CONCERNS: &'static [&'static str] = &[Playlist::NAME, Job::NAME, Reservation::NAME];

    fn apply(&mut self, _: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        assert!(recorded.position() < 2, "it drops what it holds");
        Ok(())
    }

    fn write(&mut self, _: &Transaction<'_>) -> Result<(), ApplyError> {
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

/// A view whose file refuses what the fourth event makes, once it is written.
#[derive(Default)]
struct Particular {
    positions: Vec<u64>,
}

impl View for Particular {
    const NAME: &'static str = "particular";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const INDEXES: &'static str = "";
    const TABLES: &'static str =
        "CREATE TABLE seen (position INTEGER NOT NULL CHECK (position <> 4)) STRICT;";
    const CONCERNS: &'static [&'static str] = &[Playlist::NAME, Job::NAME, Reservation::NAME];

    fn apply(&mut self, _: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.positions.push(recorded.position());
        Ok(())
    }

    fn write(&mut self, transaction: &Transaction<'_>) -> Result<(), ApplyError> {
        for position in self.positions.drain(..) {
            transaction.execute("INSERT INTO seen VALUES (?1)", [position as i64])?;
        }
        Ok(())
    }
}

// A batch is written as a whole, and the event that is to blame is found all the same.
// invariant: V-5
#[tokio::test]
async fn a_view_whose_rows_are_refused_stops_at_the_event_that_made_them() {
    let bench = Bench::new();
    bench.tell(follow).await;
    bench.tell(look(1, 0..3)).await;
    let view = bench.view::<Particular>(bench.folder());
    let Fault { position, code, reason } = halted(&view).await;
    assert_eq!((position, code), (4, "VIEW_STOPPED"));
    assert!(reason.starts_with("event 4 can't be folded: the view's file refuses the event"), "{reason}");
    assert_eq!(view.status().position, 3);
    view.stop();
    assert_eq!(dump::<Particular>(bench.folder()).len(), 1 + 3);
}
