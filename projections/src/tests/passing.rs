//! A program that knows less works on a folder for a while, and then one that knows more again (core A4).

use mediary_events::{Concern as _, Schema, job::Job};
use mediary_log::{Recorded, work::REGISTRY};
use mediary_schema::scope::Scope;
use rusqlite::Transaction;
use uuid::Uuid;

use super::bench::Bench;
use crate::view::{ApplyError, View};

/// What only the newer program has heard of.
const NEWS: &str = "renamed";

/// A view of the jobs that were renamed, in the program of a year.
#[derive(Default)]
struct Renamed<const KNOWS_MORE: bool>;

impl<const KNOWS_MORE: bool> View for Renamed<KNOWS_MORE> {
    const NAME: &'static str = "renamed";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const INDEXES: &'static str = "";
    const TABLES: &'static str = "
        CREATE TABLE renamed (position INTEGER PRIMARY KEY, project BLOB NOT NULL, changed_at INTEGER NOT NULL) STRICT;";
    const CONCERNS: &'static [&'static str] = &[Job::NAME];

    fn knows(concern: &str, name: &str) -> Option<Schema> {
        let is_news = (concern, name) == (Job::NAME, NEWS);
        if is_news && KNOWS_MORE { Some(Schema::new(1, 0)) } else { REGISTRY.knows(concern, name) }
    }

    fn apply(&mut self, transaction: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let envelope = &recorded.envelope;
        if KNOWS_MORE && envelope.name == NEWS {
            let (position, project) = (envelope.position as i64, *envelope.project.uuid().as_bytes());
            transaction.execute("INSERT INTO renamed VALUES (?1, ?2, ?1)", (position, project))?;
        }
        Ok(())
    }

    fn write(&mut self, _: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(())
    }
}

/// How many a program shows on the folder.
async fn shown<V: View>(bench: &Bench) -> u64 {
    let directory = bench.folder().join("views");
    std::fs::create_dir_all(&directory).unwrap();
    let view = bench.view::<V>(&directory);
    let head = bench.log().head().position;
    let mut status = view.watch();
    drop(status.wait_for(|status| status.position >= head).await.unwrap());
    let count = |rows: &Transaction<'_>| rows.query_row("SELECT count(*) FROM renamed", [], |row| row.get(0));
    let shown: i64 = view.read(Scope::of_test(), count).await.unwrap();
    view.stop();
    shown as u64
}

// invariant: L-13, V-2
#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_program_passed_is_not_missing_once_a_newer_one_is_back() {
    let bench = Bench::new();
    let rename = |number| bench.append_raw(Job::stream(Uuid::from_u128(number)), NEWS, 1, b"\x80");
    rename(1).await;
    assert_eq!(shown::<Renamed<true>>(&bench).await, 1);
    rename(2).await;
    // The downgrade: it goes on from where the view is, and passes what it doesn't know.
    assert_eq!(shown::<Renamed<false>>(&bench).await, 1);
    // The upgrade: without the memory of that, the second one would be missing for ever.
    assert_eq!(shown::<Renamed<true>>(&bench).await, 2);
    rename(3).await;
    assert_eq!(shown::<Renamed<true>>(&bench).await, 3);
}
