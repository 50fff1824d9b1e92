//! What becomes of a store that a kill, a disk or another program left behind.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
};

use mediary_schema::scope::Scope;

use super::{
    super::{Condition, Retention, file},
    HOUR, Kept, TODAY, of_work, open, sample,
};

// invariant: M-2
#[tokio::test]
async fn a_store_that_cant_be_read_is_moved_aside_and_begun_anew() {
    let kept = Kept::new();
    kept.tell([sample("a", TODAY, 1.0)]).await;
    let path = kept.path();
    kept.telemetry.stop();
    for (n, spoil) in [
        (1, Box::new(|path: &Path| fs::write(path, b"no database at all").unwrap()) as Box<dyn Fn(&Path)>),
        (
            2,
            Box::new(|path: &Path| {
                let newer = rusqlite::Connection::open(path).unwrap();
                newer.pragma_update(None, "user_version", 99).unwrap();
            }),
        ),
        (
            3,
            Box::new(|path: &Path| {
                let other = rusqlite::Connection::open(path).unwrap();
                other.execute_batch("DROP TABLE recent; CREATE TABLE recent (other TEXT)").unwrap();
            }),
        ),
    ] {
        spoil(&path);
        let anew = Kept::in_folder(tempfile::tempdir().unwrap(), Retention::default(), TODAY);
        anew.telemetry.stop();
        fs::create_dir_all(anew.path().parent().unwrap()).unwrap();
        fs::copy(&path, anew.path()).unwrap();
        let anew = anew.again();
        assert_eq!(anew.telemetry.series(Scope::of_test()).await.unwrap(), [], "{n}");
        assert_eq!(anew.telemetry.condition(), Condition::Open);
        anew.tell([sample("a", TODAY, 2.0)]).await;
        assert!(anew.path().with_extension("unread-1").exists(), "{n}");
        anew.telemetry.stop();
        if n == 1 {
            fs::remove_file(&path).unwrap();
            drop(open(kept.folder.path()));
        }
    }
}

#[tokio::test]
async fn what_is_damaged_while_it_runs_costs_its_history_and_nothing_else() {
    let kept = Kept::new();
    kept.tell([sample("a", TODAY - HOUR, 1.0)]).await;
    kept.tell([sample("a", TODAY, 1.0)]).await;
    let rows = rusqlite::Connection::open(kept.path()).unwrap();
    rows.execute("UPDATE block SET body = x'ff'", []).unwrap();
    drop(rows);
    // It goes into a block that can't be read.
    kept.set(TODAY + HOUR);
    kept.samples.tell(sample("a", TODAY - HOUR, 2.0));
    kept.tell([sample("b", TODAY + HOUR, 3.0)]).await;
    kept.tell([sample("b", TODAY + HOUR + 1, 4.0)]).await;
    kept.telemetry.stop();
    assert!(kept.path().with_extension("unread-1").exists());
    let again = kept.again();
    let names: Vec<_> =
        again.telemetry.series(Scope::of_test()).await.unwrap().into_iter().map(|s| s.name).collect();
    assert_eq!(names, [of_work("b")]);
    again.telemetry.stop();
}

// invariant: M-1
#[test]
fn a_kill_loses_whole_batches_at_the_end_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = open(folder.path());
    for batch in 0..30_i64 {
        let samples: Vec<_> = (0..7).map(|n| sample("a", TODAY + batch * 10 + n, batch as f64)).collect();
        store.write(&samples).unwrap();
    }
    let (file, wal) = (file::path(folder.path()), folder.path().join("telemetry/samples.sqlite-wal"));
    let mut written = Vec::new();
    fs::File::open(&wal).unwrap().read_to_end(&mut written).unwrap();
    let mut seen = Vec::new();
    for cut in (0..written.len()).step_by(written.len() / 40).chain([written.len()]) {
        let other = tempfile::tempdir().unwrap();
        fs::create_dir(other.path().join("telemetry")).unwrap();
        fs::copy(&file, file::path(other.path())).unwrap();
        let mut out = fs::File::create(other.path().join("telemetry/samples.sqlite-wal")).unwrap();
        out.write_all(&written[..cut]).unwrap();
        drop(out);
        drop(open(other.path()));
        let rows = rusqlite::Connection::open(file::path(other.path())).unwrap();
        let count: i64 = rows.query_row("SELECT count(*) FROM recent", [], |row| row.get(0)).unwrap();
        assert_eq!(count % 7, 0, "half a batch behind {cut} bytes");
        seen.push(count / 7);
    }
    assert!(seen.is_sorted() && seen.first() == Some(&0) && seen.last() == Some(&30), "{seen:?}");
}
