//! A build that is cut while it writes its pages in their place.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use rusqlite::{Connection, Transaction};

use super::{bench::Bench, story::follow};
use crate::{
    descriptor,
    playlist::PlaylistView,
    readers, spawn,
    store::{self, Checkpoint, Place, Store},
};

/// More than a connection keeps in memory: pages of what is not committed stand in the file.
const ROWS: u32 = 5_000;

fn insert(transaction: &Transaction<'_>, rows: u32) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO playlist (id, project, url, followed, followed_at, changed_at)
         VALUES (randomblob(16), randomblob(16), hex(randomblob(500)), 1, 1, 1)",
    )?;
    (0..rows).try_for_each(|_| insert.execute([]).map(drop))
}

/// What the process would leave behind if it were killed now.
fn copy(from: &Path, to: &Path) -> u64 {
    let mut bytes = 0;
    for part in ["", "-journal", "-wal"] {
        let [from, to] = [from, to].map(|path| format!("{}{part}", path.display()));
        bytes += fs::copy(from, to).unwrap_or_default();
    }
    bytes
}

/// How many locks this process has on a file.
fn locks(path: &Path) -> usize {
    let (inode, own) = (fs::metadata(path).unwrap().ino(), std::process::id());
    let is_ours = |line: &&str| {
        line.contains(&format!(" {own} ")) && line.contains(&format!(":{inode} ")) && line.contains("POSIX")
    };
    fs::read_to_string("/proc/locks").unwrap().lines().filter(is_ours).count()
}

// To close a descriptor of a file takes away the locks of whoever else has it open in the process.
#[tokio::test]
async fn what_is_brought_to_the_disk_stays_locked_by_those_who_have_it_open() {
    let bench = Bench::new();
    bench.tell(follow).await;
    let path = bench.folder().join("locked.sqlite");
    let (mut store, _) = Store::open_aside::<PlaylistView>(&path, bench.log()).unwrap();
    store.complete::<PlaylistView>().unwrap();
    let reader = readers::connect(&path).unwrap();
    reader.query_row("SELECT position FROM checkpoint", [], |row| row.get::<_, i64>(0)).unwrap();
    let before = locks(&path);
    assert!(before > 0, "a file with a log of its own is locked while it is open");
    spawn::blocking({
        let path = path.clone();
        move || descriptor::of(&path).unwrap().sync_all().unwrap()
    })
    .await
    .unwrap();
    store.settle().unwrap();
    assert_eq!(locks(&path), before);
    drop(store);
    assert!(locks(&path) > 0, "it is read on");
    store::remove(&path);
    assert!(descriptor::of(&path).is_err(), "nothing is kept of what was removed");
}

// invariant: V-1
#[tokio::test]
async fn a_build_that_is_killed_while_it_writes_goes_on_from_its_last_batch() {
    let bench = Bench::new();
    let head = bench.tell(follow).await;
    let (built, left) = (bench.folder().join("built.sqlite"), bench.folder().join("left.sqlite"));
    let hash = bench.log().hash_at(head).unwrap().unwrap();
    let (mut store, _) = Store::open_aside::<PlaylistView>(&built, bench.log()).unwrap();
    let place = |position| Place { position, ..Place::default() };
    store.write(&place(head), &hash, |transaction| insert(transaction, 7)).unwrap();
    let whole = fs::metadata(&built).unwrap().len();
    let cut = store.write(&place(head), &hash, |transaction| {
        insert(transaction, ROWS)?;
        transaction.execute("DELETE FROM playlist WHERE key < 5", [])?;
        assert!(copy(&built, &left) > whole + 1_000_000, "some of it stands in the file");
        insert(transaction, 1)
    });
    cut.unwrap();

    // Whoever looks first, as a start does, and whoever goes on.
    let checkpoint = Checkpoint::look(&left).unwrap().unwrap();
    assert_eq!((checkpoint.place.position, checkpoint.is_built), (head, false));
    let (mut store, found) = Store::open_aside::<PlaylistView>(&left, bench.log()).unwrap();
    assert_eq!(found.position, head);
    let count = |store: &mut Store| {
        let mut rows = 0;
        let counted = store.write(&place(head), &hash, |transaction| {
            rows = transaction.query_row("SELECT count(*) FROM playlist", [], |row| row.get(0))?;
            let sound: String = transaction.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
            assert_eq!(sound, "ok");
            Ok::<_, rusqlite::Error>(())
        });
        counted.map(|()| rows)
    };
    assert_eq!(count(&mut store), Ok::<u32, rusqlite::Error>(7));

    // It is whole while a power cut would still cost it, and then for good.
    store.complete::<PlaylistView>().unwrap();
    let whole = |is_settled: bool| {
        let checkpoint = Checkpoint::look(&left).unwrap().unwrap();
        assert!(checkpoint.is_whole());
        assert_eq!(checkpoint.is_settled(), is_settled);
    };
    whole(false);
    let lost = bench.folder().join("lost.sqlite");
    copy(&left, &lost);
    Connection::open(&lost).unwrap().execute("UPDATE checkpoint SET boot = 'another'", []).unwrap();
    assert!(!Checkpoint::look(&lost).unwrap().unwrap().is_whole());
    let (_, anew) = Store::open_aside::<PlaylistView>(&lost, bench.log()).unwrap();
    assert_eq!(anew.position, 0);
    store.settle().unwrap();
    whole(true);
    assert_eq!(count(&mut store), Ok(7));
}
