//! Files that are proved by one process are judged as each by itself.

use std::{collections::BTreeMap, fs::Permissions, os::unix::fs::PermissionsExt as _};

use tokio::task::JoinSet;

use super::*;

/// Sound of many kinds, some of it odd.
const SOUNDS: &[&str] = &[
    "-i whole.mp4 -vn sound.opus",
    "-i whole.mp4 -vn -c:a libvorbis sound.ogg",
    "-i whole.mp4 -vn sound.flac",
    "-i whole.mp4 -vn -ar 44100 sound.mp3",
    "-i whole.mp4 -vn sound.wav",
    "-i whole.mp4 -vn -c copy sound.aac",
    "-i whole.mp4 -i cover.png -map 0:a -map 1 -c copy -disposition:v:0 attached_pic cover.m4a",
    "-i whole.mp4 -vn -write_xing 0 -id3v2_version 0 -b:a 64k no-header.mp3",
    // What it is called looks like what ffmpeg says of another.
    "-f lavfi -i sine=d=2 -metadata title=evil\n[info]\u{a0}Input\u{a0}#1,\nInput short.mp3",
    "-i whole.mp4 -c copy film.m4a",
];

type Judged = Result<Verified, (FailureClass, String, Vec<String>)>;

/// What is said of a refused file; where in memory its decoder was is chance.
fn told_of(failure: Failure) -> (FailureClass, String, Vec<String>) {
    let words = |line: &String| {
        let parts =
            line.split(" @ 0x").map(|part| part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit()));
        parts.collect::<Vec<_>>().concat()
    };
    (failure.class, failure.message, failure.output.iter().map(words).collect())
}

impl Studio {
    /// What each file is found to be, all at once; and how many processes said so alone.
    async fn in_company(&self, names: &[String]) -> (BTreeMap<String, Judged>, usize) {
        let mut proofs = JoinSet::new();
        for name in names.iter().cloned() {
            let (ffmpeg, path, output) =
                (self.ffmpeg.clone(), self.path(&name), self.path(&format!("{name}.log")));
            std::fs::remove_file(&output).ok();
            let attempt = AttemptId::from_uuid(IdSource::system().next());
            proofs.spawn(async move {
                let assignment = Assignment::new(attempt, Some(output.clone()), CancellationToken::new());
                let (progress, _) = watch::channel(Progress::default());
                let verified = ffmpeg.verify(&path, NOTHING_PROMISED, &assignment, &progress).await;
                assert!(verified.is_err() || assignment.used().memory_peak_bytes > 0, "{path:?}");
                let runs = std::fs::read_to_string(output).map_or(0, |told| told.matches("$ ").count());
                (name, verified.map_err(|Refused { failure, .. }| told_of(failure)), runs)
            });
        }
        let all = proofs.join_all().await;
        let runs = all.iter().map(|(.., runs)| runs).sum();
        (all.into_iter().map(|(name, judged, _)| (name, judged)).collect(), runs)
    }

    async fn each_alone(&self, names: &[String]) -> BTreeMap<String, Judged> {
        let mut judged = BTreeMap::new();
        for name in names {
            let verified = self.verify(name, NOTHING_PROMISED).await;
            judged.insert(name.clone(), verified.map_err(told_of));
        }
        judged
    }
}

// invariant: F-1, F-11
#[tokio::test]
async fn files_that_are_proved_by_one_process_are_judged_as_each_by_itself() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -frames:v 1 cover.png").await;
    let mut names = Vec::new();
    for arguments in SOUNDS {
        studio.make(arguments).await;
        names.push(arguments.rsplit(' ').next().unwrap().to_owned());
    }
    let alone = studio.each_alone(&names).await;
    assert_eq!(studio.in_company(&names).await.0, alone);

    // Of the same kind, and whole: that is what shares a process.
    let many: Vec<String> = (0..12).map(|number| format!("{number}.mp3")).collect();
    for name in &many {
        studio.write(name, studio.read("sound.mp3"));
    }
    let (judged, runs) = studio.in_company(&many).await;
    assert_eq!(judged, studio.each_alone(&many).await);
    assert!(
        judged.values().all(Result::is_ok) && runs < many.len() / 2,
        "{runs} were examined alone: {judged:?}"
    );

    // One that is damaged costs the others their company, and nothing else.
    let sound = studio.read("sound.mp3");
    let middle = sound.len() / 2;
    studio.write("5.mp3", [&sound[..middle], vec![0_u8; 70_000].as_slice(), &sound[middle..]].concat());
    studio.write("7.mp3", "no sound at all");
    let (judged, _) = studio.in_company(&many).await;
    assert_eq!(judged, studio.each_alone(&many).await);
    let refused: Vec<&str> =
        judged.iter().filter(|(_, judged)| judged.is_err()).map(|(name, _)| name.as_str()).collect();
    assert_eq!(refused, ["5.mp3", "7.mp3"]);
}

// Whose turn comes while another run has its file, waits for that one.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_waits_is_read_by_one_run_however_many_turns_there_are() {
    let mut studio = Studio::empty();
    studio.make("-f lavfi -i sine=d=6 -ar 44100 sound.mp3").await;
    let many: Vec<String> = (0..24).map(|number| format!("{number}.mp3")).collect();
    for name in &many {
        studio.write(name, studio.read("sound.mp3"));
    }
    // Tells what it is run for, and is ffmpeg.
    let (program, told) = (studio.tools.find(Tool::Ffmpeg).unwrap(), studio.path("told"));
    let script =
        format!("#!/bin/sh\necho \"$*\" >>'{}'\nexec '{}' \"$@\"\n", told.display(), program.display());
    studio.write("ffmpeg", script);
    std::fs::set_permissions(studio.path("ffmpeg"), Permissions::from_mode(0o755)).unwrap();
    let tools = studio.tools.clone().with(Tool::Ffmpeg, studio.path("ffmpeg"));
    studio.ffmpeg = Ffmpeg::new(studio.runner.clone(), tools).of_turns(2);

    let (judged, alone) = studio.in_company(&many).await;
    assert!(judged.values().all(Result::is_ok), "{judged:?}");
    let told = std::fs::read_to_string(told).unwrap();
    assert!(
        told.lines().count() < many.len() / 2 && alone < many.len() / 2,
        "they were not together: {told}"
    );
    for name in &many {
        let path = format!("file:{} ", studio.path(name).display());
        assert_eq!(told.matches(&path).count(), 1, "{name}: {told}");
    }
}
