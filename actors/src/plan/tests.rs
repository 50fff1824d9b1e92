mod purging;

use std::{
    fs,
    path::{Path, PathBuf},
};

use mediary_events::file::State;
use mediary_schema::{
    FileId, RootId,
    file::FileState,
    layout::{Sidecar, SidecarKind},
    plan::{LeftFor, Step},
};
use tempfile::TempDir;
use uuid::Uuid;

use super::trash::{Fate, Trash};
use crate::file::stamp_of;

/// A file that lies below a root, as it would be planned for.
pub(super) fn step_of(root: &Path, path: &str, number: u128) -> Step {
    let bytes = fs::read(root.join(path)).unwrap();
    Step {
        file_id: FileId::from_uuid(Uuid::from_u128(number)),
        version: 1,
        state: FileState::Present,
        root_id: RootId::LIBRARY,
        path: path.to_owned(),
        size_bytes: bytes.len() as u64,
        blake3: blake3::hash(&bytes).to_hex().to_string(),
        stamp: stamp_of(&root.join(path)).unwrap(),
        to: None,
        sidecars: Vec::new(),
        by: None,
    }
}

/// A root with one file, which is planned for.
struct Bench {
    folder: TempDir,
    trash: Trash,
    step: Step,
}

const PATH: &str = "a/b/film.mp4";

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join(PATH), b"seven b").unwrap();
        let step = step_of(folder.path(), PATH, 1);
        Self { trash: Trash::of(folder.path()), step, folder }
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join(PATH)
    }

    fn own(&self) -> PathBuf {
        self.trash.place(self.step.file_id)
    }

    fn take(&self) -> Fate {
        self.trash.take(&self.step).unwrap()
    }

    fn give_back(&self) -> Fate {
        self.trash.give_back(&self.step).unwrap()
    }
}

fn bytes(path: &Path) -> Option<Vec<u8>> {
    fs::read(path).ok()
}

// PL-14.
#[test]
fn a_file_goes_into_the_trash_and_comes_back_byte_for_byte() {
    let bench = Bench::new();
    let stamp = bench.step.stamp.unwrap();
    assert_eq!(bench.take(), Fate::Moved(stamp));
    assert_eq!((bytes(&bench.place()), bytes(&bench.own())), (None, Some(b"seven b".to_vec())));
    // Killed before it could say so: the same again.
    assert_eq!(bench.take(), Fate::Moved(stamp));
    // Its folder may be gone by then.
    fs::remove_dir_all(bench.folder.path().join("a")).unwrap();
    assert_eq!(bench.give_back(), Fate::Moved(stamp));
    assert_eq!((bytes(&bench.place()), bytes(&bench.own())), (Some(b"seven b".to_vec()), None));
    assert_eq!(bench.give_back(), Fate::Moved(stamp));
    bench.trash.sync(["a/b"]).unwrap();
}

#[test]
fn what_is_not_what_was_planned_for_stays_where_it_is() {
    let bench = Bench::new();
    fs::write(bench.place(), b"another").unwrap();
    let moment = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_hours(490_000);
    fs::File::options().write(true).open(bench.place()).unwrap().set_modified(moment).unwrap();
    assert_eq!(bench.take(), Fate::Left(LeftFor::Otherwise));
    assert_eq!(bytes(&bench.place()), Some(b"another".to_vec()));
    fs::remove_file(bench.place()).unwrap();
    assert_eq!(bench.take(), Fate::Left(LeftFor::Gone));
    fs::remove_dir_all(bench.folder.path().join("a")).unwrap();
    assert_eq!(bench.take(), Fate::Left(LeftFor::Gone));
}

// invariant: F-4
#[test]
fn nothing_is_put_over_what_came_meanwhile_and_over_no_link() {
    let bench = Bench::new();
    bench.take();
    fs::write(bench.place(), b"newcomer").unwrap();
    assert_eq!(bench.give_back(), Fate::Left(LeftFor::Occupied));
    assert_eq!(
        (bytes(&bench.place()), bytes(&bench.own())),
        (Some(b"newcomer".to_vec()), Some(b"seven b".to_vec()))
    );
    // A folder that became a link would lead out of the root.
    let bench = Bench::new();
    let outside = tempfile::tempdir().unwrap();
    fs::rename(bench.folder.path().join("a/b"), outside.path().join("b")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("b"), bench.folder.path().join("a/b")).unwrap();
    assert!(bench.trash.take(&bench.step).is_err());
    assert!(outside.path().join("b/film.mp4").exists());
}

#[test]
fn what_was_linked_and_not_removed_is_removed() {
    let bench = Bench::new();
    bench.take();
    fs::hard_link(bench.own(), bench.place()).unwrap();
    assert_eq!(bench.take(), Fate::Moved(bench.step.stamp.unwrap()));
    assert_eq!((bytes(&bench.place()), bytes(&bench.own())), (None, Some(b"seven b".to_vec())));
}

#[test]
fn only_what_is_in_the_trash_is_destroyed() {
    let bench = Bench::new();
    let known = State { path: Some(PATH.to_owned()), seen: bench.step.stamp, ..State::default() };
    let destroy = || bench.trash.destroy(bench.step.file_id, &known).unwrap();
    bench.take();
    assert!(destroy());
    assert!(!bench.own().exists());
    assert!(destroy(), "nothing of it is left");
    // It is back in its place, and somebody is about to say so.
    let bench = Bench::new();
    assert!(
        !bench.trash.destroy(bench.step.file_id, &State { seen: bench.step.stamp, ..known.clone() }).unwrap()
    );
    assert!(bench.place().exists());
}

// What is left in the trash of a file that is gone, nobody would destroy, and it takes room there for ever.
#[test]
fn a_file_is_destroyed_after_what_lay_beside_it() {
    let bench = Bench::new();
    bench.take();
    let sidecar = Sidecar {
        kind: SidecarKind::Nfo,
        language: None,
        ending: ".nfo".to_owned(),
        size_bytes: 3,
        blake3: blake3::hash(b"nfo").to_hex().to_string(),
    };
    let known = State {
        path: Some(PATH.to_owned()),
        seen: bench.step.stamp,
        sidecars: vec![sidecar],
        ..State::default()
    };
    let beside = bench.own().with_file_name(format!("{}-0", bench.step.file_id.uuid()));
    // It can't be removed, as if the purger was killed there.
    fs::create_dir(&beside).unwrap();
    assert!(bench.trash.destroy(bench.step.file_id, &known).is_err());
    assert!(bench.own().exists(), "by it the rest is found");
    fs::remove_dir(&beside).unwrap();
    fs::write(&beside, b"nfo").unwrap();
    assert!(bench.trash.destroy(bench.step.file_id, &known).unwrap());
    assert!(!bench.own().exists() && !beside.exists());
}
