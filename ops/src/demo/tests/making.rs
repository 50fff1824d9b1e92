//! The media: made once, whole, and distinct.

use std::{collections::BTreeSet, fs, path::Path};

use super::super::{
    Error, MediaLibrary,
    recipe::{CLIPS, ClipSize},
};

/// Stands in for ffmpeg: writes every file it is told to, and a line per run to `$0.runs`.
///
/// The real one is used by every other test here; this one counts, and is quick.
const COUNTING_FFMPEG: &str = r#"#!/bin/sh
echo run >> "$0.runs"
for word; do
  case "$word" in
    hls/%v/seg*) for v in 180p 720p; do for n in 0 1 2 3 4 5 6 7; do echo x > hls/$v/seg00$n.ts; done; done ;;
    hls/%v/*) echo x > hls/180p/index.m3u8; echo x > hls/720p/index.m3u8 ;;
    master.m3u8) echo x > hls/master.m3u8 ;;
    *.mp4|*.mp3|*.m4a|*.jpg) echo x > "$word" ;;
  esac
done
"#;

fn write_program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn every_clip_has_all_files_and_none_is_like_another() {
    let media = MediaLibrary::open_shared().await.unwrap();
    let mut videos = BTreeSet::new();
    for clip in &CLIPS {
        for file in clip.files() {
            assert!(!media.read(clip, &file).await.unwrap().unwrap().is_empty(), "{file}");
        }
        let video = media.read(clip, "720p.mp4").await.unwrap().unwrap();
        if clip.size == ClipSize::Large {
            assert!(video.len() > 4_000_000, "{} has {} bytes", clip.name, video.len());
        } else {
            assert!(video.len() < 1_500_000, "{} has {} bytes", clip.name, video.len());
        }
        assert_eq!(clip.other().size, clip.size);
        assert_ne!(clip.other().name, clip.name);
        videos.insert(video.to_vec());
    }
    assert_eq!(videos.len(), CLIPS.len());
    assert!(media.read(&CLIPS[0], "../birch/720p.mp4").await.unwrap().is_none());
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_making_and_clear_what_a_killed_one_left() {
    let folder = tempfile::tempdir().unwrap();
    let ffmpeg = folder.path().join("ffmpeg");
    write_program(&ffmpeg, COUNTING_FFMPEG);
    let cache = folder.path().join("cache");
    let half_made = cache.join(super::super::recipe::key()).with_extension("part").join("amber");
    fs::create_dir_all(&half_made).unwrap();
    fs::write(half_made.join("left-over"), "x").unwrap();

    let asking = (0..4).map(|_| MediaLibrary::open(&cache, &ffmpeg));
    let opened = futures::future::try_join_all(asking).await.unwrap();

    let runs = fs::read_to_string(folder.path().join("ffmpeg.runs")).unwrap();
    assert_eq!(runs.lines().count(), CLIPS.len() * 2);
    assert!(!opened[0].folder().join("amber/left-over").exists());
    assert!(!half_made.exists());
}

#[tokio::test]
async fn a_missing_ffmpeg_is_said_with_the_next_step() {
    let folder = tempfile::tempdir().unwrap();
    let error = MediaLibrary::open(folder.path(), Path::new("/nowhere/ffmpeg")).await.unwrap_err();
    assert!(matches!(error, Error::FfmpegMissing { .. }));
    let text = error.to_string();
    assert!(text.contains("/nowhere/ffmpeg") && text.contains("apt-get install ffmpeg"), "{text}");
}

#[tokio::test]
async fn a_failing_ffmpeg_leaves_nothing_that_looks_whole() {
    let folder = tempfile::tempdir().unwrap();
    let ffmpeg = folder.path().join("ffmpeg");
    write_program(&ffmpeg, "#!/bin/sh\necho 'no such filter: testsrc2' >&2\nexit 3\n");
    for _ in 0..2 {
        let error = MediaLibrary::open(folder.path(), &ffmpeg).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("amber") && text.contains("no such filter"), "{text}");
    }
}
