use std::fs;

use mediary_schema::{file::Inode, layout::SidecarKind};

use super::{super::tests::step_of, *};

const OLD: &str = "Cats/First [1].mp4";
const NEW: &str = "Cats/Season 2025/Cats - First [1].mp4";

/// A root with a file and two beside it, one of which somebody has written since.
fn shelf() -> (tempfile::TempDir, Step) {
    let root = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let place = root.path().join(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    };
    put(OLD, "film");
    put("Cats/First [1].nfo", "nfo");
    put("Cats/First [1].en.vtt", "written since");
    let sidecar = |kind, ending: &str, text: &str| Sidecar {
        kind,
        language: None,
        ending: ending.to_owned(),
        size_bytes: text.len() as u64,
        blake3: blake3::hash(text.as_bytes()).to_hex().to_string(),
    };
    let step = Step {
        to: Some(NEW.to_owned()),
        sidecars: vec![
            sidecar(SidecarKind::Nfo, ".nfo", "nfo"),
            sidecar(SidecarKind::Subtitles, ".en.vtt", "words"),
        ],
        ..step_of(root.path(), OLD, 1)
    };
    (root, step)
}

fn all(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

// DL-03, PL-14.
// invariant: F-24
#[test]
fn a_file_gets_another_name_with_what_is_its_own_and_gets_the_old_one_back() {
    let (root, step) = shelf();
    let renamer = Renamer::of(root.path());
    let there = all(root.path());
    let fate = renamer.rename(&step, OLD, NEW).unwrap();
    assert!(matches!(fate, Fate::Moved(_)), "{fate:?}");
    let expected = [
        "Cats",
        "Cats/First [1].en.vtt",
        "Cats/Season 2025",
        "Cats/Season 2025/Cats - First [1].mp4",
        "Cats/Season 2025/Cats - First [1].nfo",
    ];
    assert_eq!(all(root.path()), expected);
    // Once more, by an attempt that goes on: it is named so already.
    assert!(matches!(renamer.rename(&step, OLD, NEW).unwrap(), Fate::Moved(_)));
    assert!(matches!(renamer.rename(&step, NEW, OLD).unwrap(), Fate::Moved(_)));
    assert_eq!(all(root.path()), there, "folders that are empty are gone");
}

// invariant: F-24
#[test]
fn a_name_that_is_taken_and_a_file_that_was_written_are_left() {
    let (root, step) = shelf();
    let renamer = Renamer::of(root.path());
    let found = step.stamp.unwrap();
    assert_eq!(renamer.obstacle(&step, NEW, found).unwrap(), None);
    fs::create_dir_all(root.path().join("Cats/Season 2025")).unwrap();
    fs::write(root.path().join(NEW), "other").unwrap();
    assert!(renamer.obstacle(&step, NEW, found).unwrap().unwrap().contains("is there already"));
    assert_eq!(renamer.rename(&step, OLD, NEW).unwrap(), Fate::Left(LeftFor::Occupied));
    assert_eq!(fs::read_to_string(root.path().join(NEW)).unwrap(), "other");
    fs::write(root.path().join(OLD), "longer than planned").unwrap();
    assert_eq!(renamer.rename(&step, OLD, "Cats/x.mp4").unwrap(), Fate::Left(LeftFor::Otherwise));
    fs::remove_file(root.path().join(OLD)).unwrap();
    assert_eq!(renamer.rename(&step, OLD, "Cats/x.mp4").unwrap(), Fate::Left(LeftFor::Gone));
    // A link that leads out of the root is no folder of it.
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
    fs::write(root.path().join(OLD), "film").unwrap();
    let step = Step { stamp: stamp_of(&root.path().join(OLD)).unwrap(), ..step };
    assert!(matches!(renamer.rename(&step, OLD, "out/x.mp4"), Err(Unusable::NotAFolder { .. })));
}

// DL-03: names that differ by case alone are one on memory cards and on shares of other systems.
// invariant: F-24
#[test]
fn of_two_names_the_old_one_goes_and_of_one_name_in_two_spellings_none() {
    let (root, step) = shelf();
    let renamer = Renamer::of(root.path());
    let there = |name: &str| root.path().join(name);
    // Every file system knows two spellings of this one.
    let spelled = "Cats//First [1].mp4";
    assert!(matches!(renamer.rename(&step, OLD, spelled).unwrap(), Fate::Moved(_)));
    assert_eq!(fs::read_to_string(there(OLD)).unwrap(), "film");
    assert_eq!(fs::read_to_string(there("Cats/First [1].nfo")).unwrap(), "nfo");
    // Killed between link and removal, where case tells names apart.
    let other = "Cats/first [1].mp4";
    fs::hard_link(there(OLD), there(other)).unwrap();
    assert!(matches!(renamer.rename(&step, OLD, other).unwrap(), Fate::Moved(_)));
    assert!(!there(OLD).exists());
    assert_eq!(fs::read_to_string(there(other)).unwrap(), "film");
}

// invariant: F-24
#[test]
fn what_lies_beside_a_file_follows_one_that_has_its_name_already() {
    let (root, step) = shelf();
    // Killed behind the first of them, and somebody has taken the old name since.
    fs::create_dir_all(root.path().join("Cats/Season 2025")).unwrap();
    fs::rename(root.path().join(OLD), root.path().join(NEW)).unwrap();
    fs::write(root.path().join(OLD), "somebody's").unwrap();
    let fate = Renamer::of(root.path()).rename(&step, OLD, NEW).unwrap();
    assert!(matches!(fate, Fate::Moved(_)), "{fate:?}");
    let read = |name: &str| fs::read_to_string(root.path().join(name)).unwrap();
    assert_eq!(read("Cats/Season 2025/Cats - First [1].nfo"), "nfo");
    assert_eq!((read(OLD).as_str(), read(NEW).as_str()), ("somebody's", "film"));
}

// A power cut between rename and record, on a mount that numbers its files anew, or with a file of which nobody knew its number.
// invariant: F-24
#[test]
fn a_file_that_has_its_name_already_is_known_by_its_bytes() {
    let (root, step) = shelf();
    let renamer = Renamer::of(root.path());
    fs::create_dir_all(root.path().join("Cats/Season 2025")).unwrap();
    fs::rename(root.path().join(OLD), root.path().join(NEW)).unwrap();
    let stamp = step.stamp.unwrap();
    let other_number = |inode: Inode| Inode { number: inode.number + 1, ..inode };
    let renumbered = Stamp { inode: stamp.inode.map(other_number), ..stamp };
    let blake3 = blake3::hash(b"film").to_hex().to_string();
    for stamp in [Some(renumbered), None] {
        let step = Step { stamp, blake3: blake3.clone(), ..step.clone() };
        let fate = renamer.rename(&step, OLD, NEW).unwrap();
        assert!(matches!(fate, Fate::Moved(_)), "{fate:?}");
        assert!(root.path().join("Cats/Season 2025/Cats - First [1].nfo").exists());
        let written = Step { blake3: blake3::hash(b"flim").to_hex().to_string(), ..step };
        assert_eq!(renamer.rename(&written, OLD, NEW).unwrap(), Fate::Left(LeftFor::Gone));
    }
}

#[test]
fn what_a_folder_says_of_its_show_goes_with_the_last_episode() {
    const FIRST: &str = "TV/Cats/Season 2025/First.mp4";
    let (root, step) = shelf();
    let renamer = Renamer::of(root.path());
    fs::remove_file(root.path().join("Cats/First [1].en.vtt")).unwrap();
    renamer.rename(&step, OLD, FIRST).unwrap();
    fs::write(root.path().join("TV/Cats/tvshow.nfo"), "show").unwrap();
    renamer.rename(&step, FIRST, "TV/Dogs/Season 2025/First.mp4").unwrap();
    let expected = [
        "TV",
        "TV/Dogs",
        "TV/Dogs/Season 2025",
        "TV/Dogs/Season 2025/First.mp4",
        "TV/Dogs/Season 2025/First.nfo",
        "TV/Dogs/tvshow.nfo",
    ];
    assert_eq!(all(root.path()), expected);
}
