use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    time::{Duration, SystemTime},
};

use mediary_events::file::{Command, State};
use mediary_schema::{
    FileId, ProjectId, RootId,
    file::{Check, FileState, MediaFacts, Stamp, Verified},
};
use uuid::Uuid;

use super::shelf::{Known, Places, Wanted, stamp_of};
use crate::mark::Mark;

#[test]
fn a_stamp_is_of_a_file_and_of_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp3");
    fs::write(&path, b"seven b").unwrap();
    let moment = SystemTime::UNIX_EPOCH + Duration::from_millis(1_764_000_001_234);
    File::options().write(true).open(&path).unwrap().set_modified(moment).unwrap();
    let stamp = Stamp { size_bytes: 7, modified_ms: 1_764_000_001_234 };
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
    let (file_id, root) = (FileId::from_uuid(Uuid::from_u128(1)), RootId::LIBRARY);
    let wanted = Wanted { file_id, root, place: place.clone(), size_bytes: 7, blake3: "of seven".to_owned() };
    fs::write(&place, b"seven b").unwrap();
    let stamp = wanted.look().unwrap().unwrap();
    let unread = || Err("input/output error".to_owned());
    assert_eq!(wanted.judge(stamp, Ok("of seven".to_owned())), Ok(Command::Find { stamp }));
    assert_eq!(wanted.judge(stamp, Ok("of others".to_owned())), Ok(Command::Change { stamp }));
    assert_eq!(wanted.judge(stamp, unread()).unwrap_err(), "input/output error", "it is there, as it was");
    fs::write(&place, b"six by").unwrap();
    let Ok(Command::Change { stamp: now }) = wanted.judge(stamp, unread()) else { panic!("it is shorter") };
    assert_eq!((now.size_bytes, Some(now)), (6, stamp_of(&place).unwrap()));
    fs::remove_file(&place).unwrap();
    assert_eq!(wanted.judge(stamp, unread()), Ok(Command::Lose));
    // Said of the bytes that were read, and of none that came later.
    assert_eq!(wanted.judge(stamp, Ok("of seven".to_owned())), Ok(Command::Find { stamp }));
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

#[test]
fn a_path_belongs_to_the_file_that_was_recorded_there_last() {
    let known = |number: u128, path: &str, state| Known {
        file_id: FileId::from_uuid(Uuid::from_u128(number)),
        project: ProjectId::HOME,
        state: State {
            state: Some(state),
            verified: Some(Verified {
                size_bytes: 7,
                blake3: String::new(),
                media: MediaFacts::default(),
                check: Check::Demuxed,
                oddities: Vec::new(),
            }),
            ..State::default()
        },
        root: RootId::LIBRARY,
        path: path.to_owned(),
    };
    let (newest, lost) = (known(3, "a", FileState::Present), known(2, "a", FileState::Lost));
    let (replaced, other) = (known(1, "a", FileState::Replaced), known(4, "b", FileState::Present));
    let mut places = Places::default();
    assert_eq!(places.superseded(&newest), None);
    let finding = places.superseded(&lost).unwrap();
    assert_eq!((finding.file_id, finding.command), (lost.file_id, Command::Replace { by: newest.file_id }));
    assert_eq!(places.superseded(&replaced), None, "it is known");
    assert_eq!(places.superseded(&other), None);
    // A page that is looked at once more says the same.
    assert_eq!(places.superseded(&newest), None);
    assert!(places.is_owner(&newest) && places.is_owner(&other) && !places.is_owner(&lost));
    let elsewhere =
        Known { root: RootId::from_uuid(Uuid::from_u128(9)), ..known(5, "a", FileState::Present) };
    assert_eq!(places.superseded(&elsewhere), None, "another root has paths of its own");
}
