use std::{fs, path::PathBuf};

use mediary_log::whole;
use mediary_schema::layout::{Sidecar, SidecarKind};

use super::{super::tests::step_of, *};

fn intent(root: &Path, name: &str, way: Way) -> Intent {
    let place = root.join(name);
    fs::write(&place, name).unwrap();
    let step = step_of(root, name, name.len() as u128);
    Intent { root: root.to_owned(), way, step }
}

// PL-14.
// invariant: F-20
#[test]
fn what_an_ended_job_has_moved_and_not_recorded_is_where_it_can_be_had() {
    let (root, job) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let there = |name: &str| -> PathBuf { root.path().join(name) };
    let into = [intent(root.path(), "a", Way::IntoTrash), intent(root.path(), "bb", Way::IntoTrash)];
    // Killed behind the first one: the second was not moved.
    move_batch(job.path(), &into[..1]).unwrap();
    whole::write(&job.path().join(MOVING), &serde_json::to_vec(&into).unwrap()).unwrap();
    assert!(!there("a").exists());
    take_back(job.path()).unwrap();
    assert_eq!(
        (fs::read(there("a")).unwrap(), fs::read(there("bb")).unwrap()),
        (b"a".to_vec(), b"bb".to_vec())
    );
    // What came out of the trash stays where it was put, be it recorded or not: in the trash it would be nobody's.
    let out = [intent(root.path(), "ccc", Way::OutOfTrash)];
    Trash::of(root.path()).take(&out[0].step).unwrap();
    move_batch(job.path(), &out).unwrap();
    assert!(there("ccc").exists());
    take_back(job.path()).unwrap();
    assert!(there("ccc").exists());
    // A note that was not finished being written says nothing.
    fs::write(job.path().join(MOVING), b"[{").unwrap();
    take_back(job.path()).unwrap();
}

// PL-14: an undo goes by the names that are recorded.
// invariant: F-24
#[test]
fn what_an_ended_job_has_renamed_and_not_recorded_has_its_name_again() {
    let (root, job) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let renamed = |name: &str, to: &str| {
        let mut planned = intent(root.path(), name, Way::ToNewNames);
        planned.step.to = Some(to.to_owned());
        planned
    };
    let all = [renamed("a", "new/a"), renamed("bb", "new/bb"), renamed("ccc", "new/ccc")];
    // Killed behind the second one, of which somebody has taken the old name since.
    move_batch(job.path(), &all[..2]).unwrap();
    whole::write(&job.path().join(MOVING), &serde_json::to_vec(&all).unwrap()).unwrap();
    fs::write(root.path().join("a"), b"somebody's").unwrap();
    take_back(job.path()).unwrap();
    let read = |name: &str| fs::read_to_string(root.path().join(name)).unwrap();
    assert_eq!((read("a"), read("new/a")), ("somebody's".to_owned(), "a".to_owned()));
    assert_eq!((read("bb"), read("ccc")), ("bb".to_owned(), "ccc".to_owned()));
    assert!(!root.path().join("new/bb").exists());
}

// PL-14: what is measured of a trash that is full has what lay beside its files in it.
#[test]
fn what_lies_beside_a_file_needs_room_in_the_trash_too() {
    let root = tempfile::tempdir().unwrap();
    let mut step = intent(root.path(), "film", Way::IntoTrash).step;
    step.sidecars.push(Sidecar {
        kind: SidecarKind::Nfo,
        language: None,
        ending: ".nfo".to_owned(),
        size_bytes: 5,
        blake3: String::new(),
    });
    let (roots, to_do) = (BTreeMap::new(), VecDeque::from([step]));
    let carrying = Carrying { roots, to_do, left: Vec::new(), total: 1, batch: 0 };
    let is_refused = |limit_bytes, used_bytes| {
        let trash = TrashSettings { limit_bytes: Some(limit_bytes), ..TrashSettings::default() };
        carrying.refuse_if_full(trash, used_bytes).is_err()
    };
    assert_eq!((is_refused(8, 0), is_refused(9, 0)), (true, false));
    assert_eq!((is_refused(20, 12), is_refused(20, 11)), (true, false));
}

// PL-14: what is in the trash is counted there, and needs no room again.
// invariant: F-23
#[test]
fn what_was_put_into_the_trash_and_not_recorded_needs_no_room_a_second_time() {
    let root = tempfile::tempdir().unwrap();
    let steps = ["a", "bb"].map(|name| intent(root.path(), name, Way::IntoTrash).step);
    let roots = BTreeMap::from([(RootId::LIBRARY, Root::library(root.path()))]);
    let carrying =
        Carrying { roots, to_do: VecDeque::from(steps.clone()), left: Vec::new(), total: 2, batch: 0 };
    let is_refused = |limit_bytes, used_bytes| {
        let trash = TrashSettings { limit_bytes: Some(limit_bytes), ..TrashSettings::default() };
        carrying.refuse_if_full(trash, used_bytes).is_err()
    };
    assert_eq!((is_refused(2, 0), is_refused(3, 0)), (true, false));
    // Killed behind the first one.
    Trash::of(root.path()).take(&steps[0]).unwrap();
    assert_eq!((is_refused(2, 1), is_refused(3, 1)), (true, false));
    // Behind the last one it is to be recorded, even if the trash may hold less by now.
    Trash::of(root.path()).take(&steps[1]).unwrap();
    assert_eq!((is_refused(3, 3), is_refused(1, 3)), (false, false));
}

// invariant: F-24
#[test]
fn a_file_that_was_called_lost_between_its_rename_and_the_record_of_it_is_looked_for() {
    let path = Some("a".to_owned());
    let known = |state| mediary_events::file::State {
        state: Some(state),
        path: path.clone(),
        ..mediary_events::file::State::default()
    };
    let (present, lost) = (known(FileState::Present), known(FileState::Lost));
    assert_eq!((path_of(&present, false), path_of(&lost, false)), (path.clone(), None));
    assert_eq!((path_of(&lost, true), path_of(&known(FileState::Trashed), true)), (path, None));
}
