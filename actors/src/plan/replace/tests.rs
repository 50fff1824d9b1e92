use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    time::{Duration, SystemTime},
};

use mediary_schema::layout::{Sidecar, SidecarKind};
use rustix::io::Errno;
use tempfile::TempDir;
use uuid::Uuid;

use super::{super::tests::step_of, *};

/// A root with a film, and what was made of it beside it.
struct Bench {
    root: TempDir,
    step: Step,
    by: Replacement,
    mover: Mover,
}

const FILM: &str = "Talks/On logs.mkv";

impl Bench {
    /// What was made gets this name.
    fn new(to: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("Talks")).unwrap();
        let ending = to.rsplit_once('.').unwrap().1;
        let made = format!("Talks/On logs.archive.{ending}");
        for (path, text) in
            [(FILM, "the original"), (&made, "smaller"), ("Talks/On logs.archive.mks", "words")]
        {
            fs::write(root.path().join(path), text).unwrap();
        }
        let original = root.path().join(FILM);
        fs::set_permissions(&original, fs::Permissions::from_mode(0o640)).unwrap();
        let moment = SystemTime::UNIX_EPOCH + Duration::from_hours(440_000);
        fs::File::options().write(true).open(&original).unwrap().set_modified(moment).unwrap();
        let hash = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string();
        let stamp = |path: &str| stamp_of(&root.path().join(path)).unwrap();
        let beside = Sidecar {
            kind: SidecarKind::Subtitles,
            language: None,
            ending: ".mks".to_owned(),
            size_bytes: 5,
            blake3: hash("words"),
        };
        let by = Replacement {
            file_id: FileId::from_uuid(Uuid::from_u128(2)),
            stamp: stamp(&made),
            path: made,
            size_bytes: 7,
            blake3: hash("smaller"),
            sidecars: vec![beside],
            may_be_linked: false,
        };
        let step = Step { to: Some(to.to_owned()), ..step_of(root.path(), FILM, 1) };
        Self { root, step, by, mover: Mover::default() }
    }

    /// On a file system that knows no exchange, and moves only by a second name.
    fn plain(to: &str) -> Self {
        let link = |file: &Path, folder: std::os::fd::BorrowedFd<'_>, name: &str| {
            rustix::fs::linkat(rustix::fs::CWD, file, folder, name, rustix::fs::AtFlags::empty())
        };
        Self { mover: Mover::with(|_, _, _| Err(Errno::INVAL), link), ..Self::new(to) }
    }

    fn replacer(&self) -> Replacer {
        Replacer::of(self.root.path()).with(self.mover)
    }

    fn replace(&self) -> Fate {
        self.replacer().replace(&self.step, &self.by).unwrap()
    }

    fn give_back(&self, way: BackTo) -> Fate {
        self.replacer().give_back(&self.step, &self.by, way).unwrap()
    }

    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root.path().join(path)).ok()
    }

    fn in_trash(&self, file_id: FileId) -> Option<String> {
        self.text(&Trash::way_of(file_id))
    }

    /// What has the name in the end, what is in the trash of both.
    fn found(&self) -> (Option<String>, Option<String>, Option<String>) {
        let to = self.step.to.as_deref().unwrap();
        (self.text(to), self.in_trash(self.step.file_id), self.in_trash(self.by.file_id))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what was read is compared with it")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

// TR-06, TR-07.
// invariant: F-28
#[test]
fn what_was_made_has_the_place_the_moments_and_the_rights_and_the_original_comes_back_as_it_was() {
    for bench in [
        Bench::new(FILM),
        Bench::new("Talks/On logs.mp4"),
        Bench::plain(FILM),
        Bench::plain("Talks/On logs.mp4"),
    ] {
        let original = fs::metadata(bench.root.path().join(FILM)).unwrap();
        let to = bench.step.to.clone().unwrap();
        for _ in 0..2 {
            // The second time, whoever was killed before it was recorded does it again.
            let Fate::Moved(stamp) = bench.replace() else { panic!("{to}") };
            assert_eq!(stamp_of(&bench.root.path().join(&to)).unwrap(), Some(stamp));
            assert_eq!(bench.found(), (some("smaller"), some("the original"), None));
        }
        assert_eq!(bench.text(&bench.by.path), None);
        assert_eq!(bench.text("Talks/On logs.mks"), some("words"), "what lies beside it goes with it");
        let made = fs::metadata(bench.root.path().join(&to)).unwrap();
        assert_eq!((made.mode(), made.modified().unwrap()), (original.mode(), original.modified().unwrap()));

        for _ in 0..2 {
            assert!(matches!(bench.give_back(BackTo::Trash), Fate::Moved(_)));
            assert_eq!(bench.text(FILM), some("the original"));
            assert_eq!(bench.in_trash(bench.by.file_id), some("smaller"));
        }
        let back = fs::metadata(bench.root.path().join(FILM)).unwrap();
        assert_eq!((back.ino(), back.modified().unwrap()), (original.ino(), original.modified().unwrap()));
        assert_eq!(bench.text("Talks/On logs.mks"), None);
    }
}

// A job that came to nothing before it could say what it did leaves both as they were.
#[test]
fn what_nobody_recorded_lies_beside_its_original_again() {
    for bench in [Bench::new(FILM), Bench::plain(FILM), Bench::new("Talks/On logs.mp4")] {
        bench.replace();
        assert!(matches!(bench.give_back(BackTo::Beside), Fate::Moved(_)));
        assert_eq!(bench.text(FILM), some("the original"));
        assert_eq!((bench.text(&bench.by.path), bench.in_trash(bench.step.file_id)), (some("smaller"), None));
        assert_eq!(bench.text("Talks/On logs.archive.mks"), some("words"));
    }
}

// invariant: F-28
#[test]
fn whoever_is_killed_between_two_renames_goes_on_from_there() {
    let moved = |bench: &Bench, from: &str, to: &str| {
        let to = bench.root.path().join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(bench.root.path().join(from), to).unwrap();
    };
    // Behind the exchange.
    let bench = Bench::new(FILM);
    moved(&bench, FILM, "aside");
    moved(&bench, &bench.by.path, FILM);
    moved(&bench, "aside", &bench.by.path);
    assert!(matches!(bench.replace(), Fate::Moved(_)));
    assert_eq!(bench.found(), (some("smaller"), some("the original"), None));
    // And of the way back.
    moved(&bench, FILM, "aside");
    moved(&bench, &Trash::way_of(bench.step.file_id), FILM);
    moved(&bench, "aside", &Trash::way_of(bench.step.file_id));
    assert!(matches!(bench.give_back(BackTo::Trash), Fate::Moved(_)));
    assert_eq!(bench.found(), (some("the original"), None, some("smaller")));
    // Where no exchange is known: the place is empty.
    let bench = Bench::plain(FILM);
    moved(&bench, FILM, &Trash::way_of(bench.step.file_id));
    assert!(matches!(bench.replace(), Fate::Moved(_)));
    assert_eq!(bench.found(), (some("smaller"), some("the original"), None));
    // Under two names, both are there.
    let bench = Bench::new("Talks/On logs.mp4");
    moved(&bench, &bench.by.path, "Talks/On logs.mp4");
    assert_eq!(bench.text(FILM), some("the original"));
    assert!(matches!(bench.replace(), Fate::Moved(_)));
    assert_eq!(bench.found(), (some("smaller"), some("the original"), None));
}

// invariant: F-28
#[test]
fn what_is_otherwise_than_planned_for_is_left_with_both_as_they_are() {
    let untouched = |bench: &Bench, film: &str| {
        assert_eq!(bench.text(FILM), some(film));
        assert_eq!((bench.text(&bench.by.path), bench.in_trash(bench.step.file_id)), (some("smaller"), None));
    };
    // Another name leads to it, and would keep what it was.
    let bench = Bench::new(FILM);
    fs::hard_link(bench.root.path().join(FILM), bench.root.path().join("seed")).unwrap();
    assert_eq!(bench.replace(), Fate::Left(LeftFor::Linked));
    assert!(bench.replacer().obstacle(&bench.step, &bench.by).unwrap().unwrap().contains("hard links"));
    untouched(&bench, "the original");
    let by = Replacement { may_be_linked: true, ..bench.by.clone() };
    assert!(matches!(bench.replacer().replace(&bench.step, &by).unwrap(), Fate::Moved(_)));
    assert_eq!((bench.text("seed"), bench.text(FILM)), (some("the original"), some("smaller")));

    for to in [FILM, "Talks/On logs.mp4"] {
        // Written since, be it with as many bytes.
        let bench = Bench::new(to);
        fs::write(bench.root.path().join(FILM), "THE ORIGINAL").unwrap();
        assert_eq!(bench.replace(), Fate::Left(LeftFor::Otherwise));
        untouched(&bench, "THE ORIGINAL");
        fs::remove_file(bench.root.path().join(FILM)).unwrap();
        assert_eq!(bench.replace(), Fate::Left(LeftFor::Gone));
        // What was made is another one.
        let bench = Bench::new(to);
        fs::write(bench.root.path().join(&bench.by.path), "another one").unwrap();
        assert_eq!(bench.replace(), Fate::Left(LeftFor::Otherwise));
        assert_eq!(bench.text(FILM), some("the original"));
        fs::remove_file(bench.root.path().join(&bench.by.path)).unwrap();
        assert_eq!(bench.replace(), Fate::Left(LeftFor::Gone));
        assert_eq!(bench.text(FILM), some("the original"));
    }
    let bench = Bench::new("Talks/On logs.mp4");
    fs::write(bench.root.path().join("Talks/On logs.mp4"), "somebody's").unwrap();
    assert_eq!(bench.replace(), Fate::Left(LeftFor::Occupied));
    untouched(&bench, "the original");
    // Who removed what was made by hand gets the original all the same.
    for to in [FILM, "Talks/On logs.mp4"] {
        let bench = Bench::new(to);
        bench.replace();
        fs::remove_file(bench.root.path().join(to)).unwrap();
        for _ in 0..2 {
            assert!(matches!(bench.give_back(BackTo::Trash), Fate::Moved(_)));
            assert_eq!((bench.text(FILM), bench.in_trash(bench.by.file_id)), (some("the original"), None));
        }
    }
    // What was put in its place since is not put away.
    let bench = Bench::new(FILM);
    bench.replace();
    fs::write(bench.root.path().join(FILM), "a third one").unwrap();
    assert_eq!(bench.give_back(BackTo::Trash), Fate::Left(LeftFor::Otherwise));
    assert_eq!(bench.found(), (some("a third one"), some("the original"), None));
}
