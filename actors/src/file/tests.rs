use std::{
    fs::{self, File},
    os::unix::fs::{MetadataExt as _, symlink},
    time::{Duration, SystemTime},
};

use mediary_events::file::{Command, State};
use mediary_schema::{
    FileId, ProjectId, RootId,
    file::{Check, FileState, Inode, MediaFacts, Stamp, Verified},
};
use uuid::Uuid;

use super::{
    Root,
    index::Index,
    search::Search,
    shelf::{Known, Meaning, stamp_of},
};
use crate::mark::Mark;

#[test]
fn a_stamp_is_of_a_file_and_of_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp3");
    fs::write(&path, b"seven b").unwrap();
    let moment = SystemTime::UNIX_EPOCH + Duration::from_millis(1_764_000_001_234);
    File::options().write(true).open(&path).unwrap().set_modified(moment).unwrap();
    let facts = fs::metadata(&path).unwrap();
    let inode = Some(Inode { device: facts.dev(), number: facts.ino() });
    let stamp = Stamp { size_bytes: 7, modified_ms: 1_764_000_001_234, inode };
    assert_eq!(stamp_of(&path).unwrap(), Some(stamp));
    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    // A folder, a link, nothing, and a file where a folder should be.
    for nothing in [folder.path().to_owned(), link, folder.path().join("b.mp3"), path.join("c.mp3")] {
        assert_eq!(stamp_of(&nothing).unwrap(), None, "{}", nothing.display());
    }
    let too_long = folder.path().join("x".repeat(300));
    assert!(stamp_of(&too_long).is_err(), "what can't be looked at is not gone");
}

// A page of files is read for hours: what is otherwise by then is no reason to fail.
// invariant: F-14
#[test]
fn what_went_or_changed_before_it_was_read_is_told_as_that() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a.mp3");
    let verified = Verified {
        size_bytes: 7,
        blake3: "of seven".to_owned(),
        media: MediaFacts::default(),
        check: Check::Demuxed,
        oddities: Vec::new(),
    };
    let of = |own| {
        let mut file = known(1, "a.mp3", FileState::Present);
        (file.state.verified, file.state.own) = (Some(verified.clone()), own);
        file.wanted(&Root::library(folder.path().to_owned())).unwrap()
    };
    let wanted = of(None);
    fs::write(&place, b"seven b").unwrap();
    let stamp = wanted.look().unwrap().unwrap();
    let unread = || Err("input/output error".to_owned());
    let is = |command| Ok(Meaning::Is(command));
    assert_eq!(wanted.judge(stamp, Ok("of seven".to_owned())), is(Command::Find { stamp }));
    assert_eq!(wanted.judge(stamp, Ok("of others".to_owned())), is(Command::Change { stamp }));
    assert_eq!(wanted.judge(stamp, unread()).unwrap_err(), "input/output error", "it is there, as it was");
    fs::write(&place, b"six by").unwrap();
    let Ok(Meaning::Is(Command::Change { stamp: now })) = wanted.judge(stamp, unread()) else {
        panic!("it is shorter")
    };
    assert_eq!((now.size_bytes, Some(now)), (6, stamp_of(&place).unwrap()));
    fs::remove_file(&place).unwrap();
    assert_eq!(wanted.judge(stamp, unread()), is(Command::Lose));
    // Said of the bytes that were read, and of none that came later.
    assert_eq!(wanted.judge(stamp, Ok("of seven".to_owned())), is(Command::Find { stamp }));
    // Whoever can be found elsewhere is looked for, once.
    let followed = of(Some(stamp));
    assert!(matches!(followed.judge(stamp, unread()), Ok(Meaning::Displaced(_))));
    assert_eq!(followed.searched().judge(stamp, unread()), is(Command::Lose));
}

#[test]
fn a_mark_is_of_one_log() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("library");
    let (ours, other) = (Mark::of(&library, Uuid::from_u128(1)), Mark::of(&library, Uuid::from_u128(2)));
    assert!(!ours.is_there());
    ours.make().unwrap();
    ours.make().unwrap();
    assert!(ours.is_there() && !other.is_there());
}

fn known(number: u128, path: &str, state: FileState) -> Known {
    Known {
        file_id: FileId::from_uuid(Uuid::from_u128(number)),
        project: ProjectId::HOME,
        version: 1,
        state: State { state: Some(state), ..State::default() },
        root: RootId::LIBRARY,
        path: path.to_owned(),
        came_at: number as u64,
    }
}

#[test]
fn a_path_belongs_to_the_file_that_came_there_last() {
    let (newest, lost) = (known(3, "a", FileState::Present), known(2, "a", FileState::Lost));
    let (replaced, other) = (known(1, "a", FileState::Replaced), known(4, "b", FileState::Present));
    let mut index = Index::default();
    for file in [&newest, &lost, &replaced, &other] {
        assert_eq!(index.take(file), None);
    }
    // A page that is looked at once more says the same.
    assert_eq!(index.take(&newest), None);
    assert_eq!(index.other_than(&lost), Some(newest.file_id));
    assert!([&newest, &other].iter().all(|file| index.other_than(file).is_none()));
    let elsewhere =
        Known { root: RootId::from_uuid(Uuid::from_u128(9)), ..known(5, "a", FileState::Present) };
    assert_eq!(index.take(&elsewhere), None);
    assert_eq!(index.other_than(&elsewhere), None, "another root has paths of its own");
    // It was recorded first of all, and came here by another name.
    let moved = Known { came_at: 9, ..known(0, "a", FileState::Present) };
    assert_eq!(index.take(&moved), Some(newest.file_id));
    assert_eq!(index.other_than(&newest), Some(moved.file_id));
    assert_eq!(index.other_than(&moved), None);
}

// A search reads no file, is led out of the root by no link, and takes no bin for another place.
#[test]
fn a_search_finds_what_was_renamed_and_nothing_that_was_put_away() {
    let folder = tempfile::tempdir().unwrap();
    let place = |way: &str| folder.path().join(way);
    let ways =
        ["a.mp3", "in/deep/b.mp3", "inner/c.mp3", ".mediary/d.mp3", "in/#recycle/e.mp3", ".Trash-0/f.mp3"];
    for way in ways {
        fs::create_dir_all(place(&format!("root/{way}")).parent().unwrap()).unwrap();
        fs::write(place(&format!("root/{way}")), way).unwrap();
    }
    fs::create_dir(place("outside")).unwrap();
    fs::write(place("outside/g.mp3"), "outside").unwrap();
    symlink(place("outside"), place("root/link")).unwrap();
    fs::write(place("root/not-wanted.mp3"), "not wanted").unwrap();
    let at = |way: &str| stamp_of(&place(way)).unwrap().unwrap();
    let wanted: Vec<Stamp> =
        ways.iter().map(|way| at(&format!("root/{way}"))).chain([at("outside/g.mp3")]).collect();
    let (root, inner) = (Root::library(place("root")), Root::library(place("root/inner")));
    let inner = inner.with_id(RootId::from_uuid(Uuid::from_u128(9)));
    let mut search = Search::new(&root, [&root, &inner], wanted);
    while !search.step() {}
    let mut found: Vec<_> = search.found().iter().map(|found| found.path.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, ["a.mp3", "in/deep/b.mp3"]);
}
