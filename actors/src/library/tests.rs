use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use mediary_schema::{
    download::{DownloadItem, Quality},
    file::{Check, MediaFacts, Verified},
    item::ItemSource,
    layout::{Described, Layout},
};
use proptest::prelude::*;

use rustix::{fs::CWD, io::Errno};

use super::{Library, Unusable, Way, mover::Mover};

fn item(folder: Option<&str>, title: Option<&str>, id: &str) -> DownloadItem {
    let source =
        ItemSource { extractor: "demo".to_owned(), source_id: id.to_owned(), url: "http://x/".to_owned() };
    DownloadItem {
        download_id: mediary_schema::DownloadId::from_uuid(uuid::Uuid::from_u128(8)),
        item_id: mediary_schema::ItemId::from_uuid(uuid::Uuid::from_u128(7)),
        source,
        quality: Quality::best(),
        title: title.map(str::to_owned),
        duration_ms: None,
        folder: folder.map(str::to_owned),
        entry: None,
    }
}

fn path_of(item: &DownloadItem, ending: &str, number: u32) -> String {
    let described = Described::default();
    let naming = described.naming(&item.source, item.folder.as_deref(), item.title.as_deref(), None);
    Layout::default().path(&naming, ending, number)
}

fn verified(content: &str) -> Verified {
    Verified {
        size_bytes: content.len() as u64,
        blake3: blake3::hash(content.as_bytes()).to_hex().to_string(),
        media: MediaFacts::default(),
        check: Check::Decoded,
        oddities: Vec::new(),
    }
}

#[track_caller]
fn check(folder: Option<&str>, title: Option<&str>, id: &str, expected: &str) {
    assert_eq!(path_of(&item(folder, title, id), "mp4", 1), expected);
}

// DL-03.
#[test]
fn a_path_is_playlist_title_and_id() {
    check(Some("Talks"), Some("On logs"), "abc", "Talks/On logs [abc].mp4");
    check(None, None, "abc", "Unlisted/abc [abc].mp4");
}

#[test]
fn what_a_file_system_can_not_take_is_replaced() {
    check(Some("a/b"), Some("../../etc: \"x\"?"), "i/d", "a-b/_-..-etc- _x__ [i-d].mp4");
    // Programs would take it for an option.
    check(Some("-a"), Some("--b"), "-1", "_-a/_--b [-1].mp4");
    check(Some("CON"), Some("nul.txt"), "1", "_CON/_nul.txt [1].mp4");
    check(Some("..."), Some(" . "), "..", "_/_ [_].mp4");
    check(Some("a\u{202e}b"), Some("tab\tnew\nline"), "1", "a b/tab new line [1].mp4");
}

#[test]
fn decomposed_letters_are_composed() {
    check(Some("Cafe\u{301}"), Some("x"), "1", "Café/x [1].mp4");
}

proptest! {
    // invariant: F-3
    #[test]
    fn a_path_stays_inside_and_fits(folder in ".{0,300}", title in ".{0,300}", id in ".{1,300}", ending in ".{0,20}") {
        let path = path_of(&item(Some(&folder), Some(&title), &id), &ending, 2);
        let parts: Vec<&str> = path.split('/').collect();
        prop_assert_eq!(parts.len(), 2, "{}", path);
        for part in parts {
            prop_assert!(!part.is_empty() && part.len() <= 255 && !part.starts_with('.') && !part.contains('\0'));
        }
    }
}

/// A library with a staging folder beside its files, and one checked file in it.
struct Shelf {
    folder: tempfile::TempDir,
    library: Library,
    staging: PathBuf,
}

const STAGED: &str = "media.mp4";

impl Shelf {
    fn new() -> Self {
        Self::of(tempfile::tempdir().unwrap(), Mover::default())
    }

    fn of(folder: tempfile::TempDir, mover: Mover) -> Self {
        let library = Library::new(folder.path().join("library")).with(mover);
        let staging = crate::staging::Staging::beside(library.root()).join("job");
        fs::create_dir_all(&staging).unwrap();
        fs::write(staging.join(STAGED), "ours").unwrap();
        Self { folder, library, staging }
    }

    fn place(&self) -> Result<String, Unusable> {
        self.library.place(&self.staging, STAGED, &verified("ours"), &Described::default(), |number| {
            format!("a/{number}")
        })
    }

    fn resumed(&self) -> Option<String> {
        self.library.resume(&self.staging).unwrap().map(|placing| placing.path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.library.root().join(name)
    }

    fn put(&self, name: &str, content: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
    }

    #[track_caller]
    fn reads(&self, name: &str, content: &str) {
        assert_eq!(fs::read_to_string(self.path(name)).unwrap(), content);
    }

    fn has_staged(&self) -> bool {
        self.staging.join(STAGED).exists()
    }
}

/// A file system whose rename has no flags, as NFS, mergerfs and many FUSE mounts have it.
fn without_flags() -> Mover {
    Mover::with(
        |_, _, _| Err(Errno::INVAL),
        |file, folder, name| rustix::fs::linkat(CWD, file, folder, name, rustix::fs::AtFlags::empty()),
    )
}

// invariant: F-4
#[test]
fn a_file_gets_the_first_free_name_and_replaces_nothing() {
    for mover in [Mover::default(), without_flags()] {
        let shelf = Shelf::of(tempfile::tempdir().unwrap(), mover);
        shelf.put("a/1", "another's");
        symlink("/nowhere", shelf.path("a/2")).unwrap();
        assert_eq!(shelf.place().unwrap(), "a/3");
        shelf.reads("a/1", "another's");
        shelf.reads("a/3", "ours");
        assert!(!shelf.has_staged());
    }
}

// DL-03: what lies beside a file has its name up to the ending, and would be that of both.
#[test]
fn a_file_gets_no_name_that_another_medium_has_up_to_the_ending() {
    let shelf = Shelf::new();
    shelf.put("a/First.webm", "another's");
    for ending in [".nfo", ".en.vtt", "-thumb.jpg"] {
        shelf.put(&format!("a/First 2{ending}"), "of an earlier attempt, or somebody's");
    }
    let name =
        |number: u32| if number == 1 { "a/First.mp4".to_owned() } else { format!("a/First {number}.mp4") };
    let placed =
        shelf.library.place(&shelf.staging, STAGED, &verified("ours"), &Described::default(), name).unwrap();
    assert_eq!(placed, "a/First 2.mp4");
    assert_eq!(shelf.resumed().as_deref(), Some("a/First 2.mp4"), "an attempt that goes on finds it");
    shelf.reads("a/First.webm", "another's");
}

// A crash between the rename and the record: the next attempt finds its own file and takes no second name.
// invariant: F-4
#[test]
fn what_was_placed_before_a_crash_is_recognised() {
    let shelf = Shelf::new();
    shelf.place().unwrap();
    assert_eq!(shelf.resumed().as_deref(), Some("a/1"));
    assert_eq!(shelf.resumed().as_deref(), Some("a/1"), "as often as it is asked");
    fs::write(shelf.path("a/1"), "0urs").unwrap();
    assert_eq!(shelf.resumed(), None, "a stranger's file of the same size is not ours");
}

#[test]
fn what_was_killed_before_its_rename_is_placed_by_the_next_attempt() {
    let shelf = Shelf::new();
    shelf.place().unwrap();
    fs::rename(shelf.path("a/1"), shelf.staging.join(STAGED)).unwrap();
    assert_eq!(shelf.resumed().as_deref(), Some("a/1"));
    shelf.reads("a/1", "ours");
}

// A24: what took the name of the checked file in the staging folder meanwhile was checked by nobody.
// invariant: F-1
#[test]
fn a_file_that_was_not_checked_is_not_placed_by_an_old_note() {
    let shelf = Shelf::new();
    shelf.place().unwrap();
    fs::remove_file(shelf.path("a/1")).unwrap();
    fs::write(shelf.staging.join(STAGED), "half").unwrap();
    assert_eq!(shelf.resumed(), None);
    assert!(!shelf.path("a/1").exists());
    fs::write(shelf.staging.join(STAGED), "ours").unwrap();
    assert_eq!(shelf.resumed(), None, "the note is gone");
}

#[test]
fn a_name_that_was_taken_meanwhile_is_left_to_whoever_took_it() {
    let shelf = Shelf::new();
    shelf.place().unwrap();
    fs::rename(shelf.path("a/1"), shelf.staging.join(STAGED)).unwrap();
    shelf.put("a/1", "another's");
    assert_eq!(shelf.resumed(), None);
    shelf.reads("a/1", "another's");
    assert_eq!(shelf.place().unwrap(), "a/2");
}

#[test]
fn a_kill_between_link_and_removal_leaves_one_file() {
    let shelf = Shelf::of(tempfile::tempdir().unwrap(), without_flags());
    shelf.place().unwrap();
    fs::hard_link(shelf.path("a/1"), shelf.staging.join(STAGED)).unwrap();
    assert_eq!(shelf.resumed().as_deref(), Some("a/1"));
    assert!(!shelf.has_staged());
    shelf.reads("a/1", "ours");
}

// A24: a job that is cancelled between the rename and the record leaves nothing that nobody knows of.
// invariant: F-6
#[test]
fn what_was_placed_for_a_job_that_came_to_nothing_is_taken_back() {
    let shelf = Shelf::new();
    shelf.place().unwrap();
    shelf.library.undo(&shelf.staging).unwrap();
    assert!(!shelf.path("a/1").exists());
    shelf.library.undo(&shelf.staging).unwrap();
    shelf.put("a/1", "0urs");
    shelf.library.undo(&shelf.staging).unwrap();
    shelf.reads("a/1", "0urs");
}

// invariant: F-3
#[test]
fn no_link_is_followed_out_of_the_library() {
    let shelf = Shelf::new();
    let outside = shelf.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    symlink(&outside, shelf.path("a")).unwrap();
    let refused = shelf.place().unwrap_err();
    assert!(matches!(&refused, Unusable::NotAFolder { name } if name == "a"), "{refused:?}");
    assert!(matches!(shelf.library.probe(&shelf.staging, "a"), Err(Unusable::NotAFolder { .. })));
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    assert!(shelf.has_staged(), "what was fetched is not lost");
}

#[test]
fn a_library_that_is_a_link_itself_is_the_owners_choice() {
    let shelf = Shelf::new();
    let link = shelf.folder.path().join("link");
    symlink(shelf.library.root(), &link).unwrap();
    let library = Library::new(link);
    assert_eq!(
        library
            .place(&shelf.staging, STAGED, &verified("ours"), &Described::default(), |_| "a/b/1".to_owned())
            .unwrap(),
        "a/b/1"
    );
    shelf.reads("a/b/1", "ours");
}

/// A folder on another file system than that of temporary files; none where there is no second one.
fn elsewhere() -> Option<tempfile::TempDir> {
    use std::os::unix::fs::MetadataExt as _;
    let device = |path: &Path| fs::metadata(path).map(|facts| facts.dev()).ok();
    let memory = Path::new("/dev/shm");
    (device(memory)? != device(&std::env::temp_dir())?).then(|| tempfile::tempdir_in(memory).unwrap())
}

#[test]
fn the_library_may_lie_on_any_file_system_since_staging_is_beside_it() {
    let Some(folder) = elsewhere() else { return };
    let shelf = Shelf::of(folder, Mover::default());
    assert_eq!(shelf.library.probe(&shelf.staging, "").unwrap(), Way::Rename);
    assert_eq!(shelf.place().unwrap(), "a/1");
    shelf.reads("a/1", "ours");
}

#[test]
fn another_mount_is_noticed_before_anything_is_fetched() {
    let across = Mover::with(|_, _, _| Err(Errno::XDEV), |_, _, _| Err(Errno::XDEV));
    let shelf = Shelf::of(tempfile::tempdir().unwrap(), across);
    fs::create_dir(shelf.path("a")).unwrap();
    for refused in [shelf.library.probe(&shelf.staging, "a").map(drop), shelf.place().map(drop)] {
        let refused = refused.unwrap_err();
        assert!(matches!(&refused, Unusable::OtherMount { name } if name == "a"), "{refused:?}");
        let told = refused.failure().message;
        assert!(!told.contains(shelf.folder.path().to_str().unwrap()), "no path of this machine: {told}");
    }
    assert!(shelf.has_staged());
}

#[test]
fn a_file_system_with_neither_way_is_refused() {
    let neither = Mover::with(|_, _, _| Err(Errno::INVAL), |_, _, _| Err(Errno::PERM));
    let shelf = Shelf::of(tempfile::tempdir().unwrap(), neither);
    assert!(matches!(shelf.library.probe(&shelf.staging, ""), Err(Unusable::NoWay)));
}

#[test]
fn a_probe_leaves_nothing_and_makes_no_folder() {
    let linked = Shelf::of(tempfile::tempdir().unwrap(), without_flags());
    assert_eq!(linked.library.probe(&linked.staging, "a").unwrap(), Way::Link);
    let shelf = Shelf::new();
    shelf.put(".mediary-probe", "of a probe that was killed");
    assert_eq!(shelf.library.probe(&shelf.staging, "a").unwrap(), Way::Rename);
    for shelf in [linked, shelf] {
        let names = fs::read_dir(shelf.library.root()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), [".mediary"]);
        assert_eq!(fs::read_dir(&shelf.staging).unwrap().count(), 1);
    }
}
