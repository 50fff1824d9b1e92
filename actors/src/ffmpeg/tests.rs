//! Real media, made by ffmpeg, whole and damaged.

use std::path::PathBuf;

use mediary_schema::{
    AttemptId, FailureClass, IdSource,
    file::{Check, Verified},
    job::{Failure, Progress},
};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::process::{Assignment, Environment, Runner, Spec, Tool, Tools};

/// ffmpeg and a folder with a film of 6 s: 60 pictures of 160x90, and sound.
#[derive(Debug)]
struct Studio {
    runner: Runner,
    tools: Tools,
    ffmpeg: Ffmpeg,
    folder: TempDir,
}

impl Studio {
    async fn open() -> Self {
        let runner = Runner::new(IdSource::system().next(), Environment::of(std::env::vars_os()));
        let tools = Tools::new(
            mediary_tools::private_folder().into_iter().chain(runner.environment().path_folders()),
        );
        for tool in [Tool::Ffmpeg, Tool::Ffprobe] {
            assert!(tools.find(tool).is_ok(), "these tests need {tool}: run `ops/test`, which installs it");
        }
        let ffmpeg = Ffmpeg::new(runner.clone(), tools.clone());
        let studio = Self { runner, tools, ffmpeg, folder: tempfile::tempdir().unwrap() };
        studio.make("-f lavfi -i testsrc2=s=160x90:r=10:d=6 -f lavfi -i sine=d=6 -c:v libx264 -preset ultrafast -g 10 -c:a aac -movflags +faststart whole.mp4").await;
        studio
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs ffmpeg in the folder with these arguments.
    async fn make(&self, arguments: &str) {
        let spec = Spec::new("ffmpeg", self.tools.find(Tool::Ffmpeg).unwrap())
            .args(["-v", "error", "-nostdin", "-y"])
            .args(arguments.split(' '))
            .working_dir(self.folder.path());
        let ended = self.runner.spawn(&spec).unwrap().wait().await;
        assert!(ended.is_clean(), "{arguments}: {ended:?}");
    }

    /// A copy of which only the first part is left.
    fn cut(&self, name: &str, per_cent: usize) -> String {
        let bytes = std::fs::read(self.path(name)).unwrap();
        let cut = format!("cut-{name}");
        std::fs::write(self.path(&cut), &bytes[..bytes.len() * per_cent / 100]).unwrap();
        cut
    }

    async fn verify(&self, name: &str, expectation: Expectation) -> Result<Verified, Failure> {
        let (progress, _) = watch::channel(Progress::default());
        self.ffmpeg.verify(&self.path(name), expectation, &assignment(), &progress).await
    }

    async fn damage(&self, name: &str, expectation: Expectation) -> String {
        let failure = self.verify(name, expectation).await.expect_err(name);
        assert_eq!(failure.class, FailureClass::Damaged, "{name}: {failure:?}");
        failure.message
    }
}

fn assignment() -> Assignment {
    Assignment::new(AttemptId::from_uuid(IdSource::system().next()), None, CancellationToken::new())
}

const DECODE: Expectation =
    Expectation { duration_ms: None, height: None, height_max: None, audio_only: false, decode: true };

// invariant: F-1
#[tokio::test]
async fn a_whole_film_is_verified_with_its_facts_and_hash() {
    let studio = Studio::open().await;
    let expectation = Expectation {
        duration_ms: Some(6000),
        height: Some(90),
        height_max: Some(720),
        ..Expectation::default()
    };
    let verified = studio.verify("whole.mp4", expectation).await.unwrap();
    let bytes = std::fs::read(studio.path("whole.mp4")).unwrap();
    assert_eq!(verified.size_bytes, bytes.len() as u64);
    assert_eq!(verified.blake3, blake3::hash(&bytes).to_hex().to_string());
    assert_eq!(verified.check, Check::Demuxed);
    let media = verified.media;
    assert_eq!((media.width, media.height), (Some(160), Some(90)));
    assert_eq!((media.video_codec.as_deref(), media.audio_codec.as_deref()), (Some("h264"), Some("aac")));
    assert!(media.container.contains("mp4") && media.duration_ms.abs_diff(6000) < 100, "{media:?}");

    let verified = studio.verify("whole.mp4", DECODE).await.unwrap();
    assert_eq!(verified.check, Check::Decoded);
}

#[tokio::test]
async fn other_containers_sound_alone_and_covers_are_whole_too() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -c copy whole.mkv").await;
    studio.make("-i whole.mp4 -c copy whole.ts").await;
    studio.make("-i whole.mp4 -vn whole.mp3").await;
    studio.make("-i whole.mp4 -frames:v 1 cover.png").await;
    studio
        .make("-i whole.mp4 -i cover.png -map 0:a -map 1 -c copy -disposition:v:0 attached_pic whole.m4a")
        .await;
    for name in ["whole.mkv", "whole.ts", "whole.mp3", "whole.m4a"] {
        let expectation = Expectation { duration_ms: Some(6000), ..DECODE };
        let verified =
            studio.verify(name, expectation).await.unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        let has_picture = matches!(name, "whole.mkv" | "whole.ts");
        assert_eq!(verified.media.height.is_some(), has_picture, "{name}: a cover is no picture");
    }
    let sound = Expectation { audio_only: true, ..Expectation::default() };
    assert!(studio.verify("whole.mp3", sound).await.is_ok());
    studio.make("-i whole.mp4 -an -c copy silent.mp4").await;
    assert_eq!(studio.damage("silent.mp4", sound).await, "the file has no sound");
}

#[tokio::test]
async fn a_file_without_duration_gets_that_of_its_packets() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -c copy -f matroska -live 1 live.mkv").await;
    let probed = studio.ffmpeg.probe(&studio.path("live.mkv"), &assignment()).await.unwrap();
    assert_eq!(probed.duration_ms, 0);
    let verified = studio.verify("live.mkv", Expectation::default()).await.unwrap();
    assert!(verified.media.duration_ms.abs_diff(6000) < 100, "{verified:?}");
}

// invariant: F-2
#[tokio::test]
async fn half_a_file_is_found_although_ffmpeg_ends_well() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -c copy moov-at-end.mp4").await;
    studio.make("-i whole.mp4 -c copy whole.mkv").await;
    studio.make("-i whole.mp4 -vn whole.flac").await;
    studio.make("-i whole.mp4 -vn whole.mp3").await;
    for (name, words) in [
        ("whole.mp4", "Invalid NAL unit size"),
        ("moov-at-end.mp4", "moov atom not found"),
        ("whole.mkv", "File ended prematurely"),
        // These two end with 0 and without a word.
        ("whole.flac", "but says that it has 6.0 s"),
        ("whole.mp3", "but says that it has 6.1 s"),
    ] {
        let message = studio.damage(&studio.cut(name, 60), Expectation::default()).await;
        assert!(message.contains(words), "{name}: {message}");
    }
}

// invariant: F-2
#[tokio::test]
async fn half_a_stream_that_says_nothing_about_its_length_is_found_by_the_promise() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -vn whole.opus").await;
    let cut = studio.cut("whole.opus", 30);
    assert!(studio.verify(&cut, Expectation::default()).await.is_ok(), "nothing in it says so");
    let message =
        studio.damage(&cut, Expectation { duration_ms: Some(6000), ..Expectation::default() }).await;
    assert!(message.ends_with(", but 6.0 s were promised"), "{message}");
}

// invariant: F-2
#[tokio::test]
async fn a_missing_fragment_is_found_although_every_frame_decodes() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -c copy -f hls -hls_time 1 -hls_list_size 0 part.m3u8").await;
    let parts: Vec<u8> = [0, 1, 4, 5]
        .iter()
        .flat_map(|number| std::fs::read(studio.path(&format!("part{number}.ts"))).unwrap())
        .collect();
    std::fs::write(studio.path("gap.ts"), parts).unwrap();
    // As yt-dlp does with the fragments that it has.
    studio.make("-i gap.ts -c copy gap.mp4").await;
    let probed = studio.ffmpeg.probe(&studio.path("gap.mp4"), &assignment()).await.unwrap();
    assert!(probed.duration_ms.abs_diff(6000) < 100, "it claims its full length: {probed:?}");
    let decoded = studio.ffmpeg.check_decode(&studio.path("gap.mp4"), &assignment()).await.unwrap();
    assert!(decoded.abs_diff(6000) < 100, "decoding does not find it: {decoded}");

    let message = studio.damage("gap.mp4", Expectation::default()).await;
    assert!(message.starts_with("the file is damaged: its sound lacks 2."), "{message}");
}

#[tokio::test]
async fn damage_inside_is_found_by_decoding() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -c copy whole.mkv").await;
    let mut bytes = std::fs::read(studio.path("whole.mkv")).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 4000] {
        *byte = byte.wrapping_mul(7).wrapping_add(13);
    }
    std::fs::write(studio.path("bad.mkv"), bytes).unwrap();
    studio.damage("bad.mkv", DECODE).await;
    let failure = studio.ffmpeg.check_decode(&studio.path("bad.mkv"), &assignment()).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Damaged);
}

#[tokio::test]
async fn two_files_in_one_are_found() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -c copy other.mp4").await;
    let (first, second) =
        (std::fs::read(studio.path("whole.mp4")).unwrap(), std::fs::read(studio.path("other.mp4")).unwrap());
    // What a resume of a changed file leaves behind.
    let mixed: Vec<u8> = first[..30_000].iter().chain(&second[30_000..]).copied().collect();
    std::fs::write(studio.path("mixed.mp4"), mixed).unwrap();
    studio.damage("mixed.mp4", Expectation::default()).await;
}

#[tokio::test]
async fn what_is_no_media_is_refused() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -frames:v 1 -f image2 picture.png").await;
    let junk: Vec<u8> =
        (0..50_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    std::fs::write(studio.path("junk.mp4"), junk).unwrap();
    std::fs::write(studio.path("page.mp4"), "<html>Please log in</html>".repeat(100)).unwrap();
    std::fs::write(studio.path("empty.mp4"), "").unwrap();
    for (name, words) in [
        ("picture.png", "the file is neither film nor sound"),
        ("junk.mp4", "ffprobe can't read the file"),
        ("page.mp4", "ffprobe can't read the file"),
        ("empty.mp4", "the file is empty"),
    ] {
        let message = studio.damage(name, Expectation::default()).await;
        assert!(message.starts_with(words), "{name}: {message}");
    }
    for name in ["missing.mp4", "."] {
        let failure = studio.verify(name, Expectation::default()).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Storage, "{name}: {failure:?}");
    }
}

#[tokio::test]
async fn a_playlist_in_place_of_a_film_opens_nothing() {
    let studio = Studio::open().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let text =
        format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\nhttp://{address}/a.ts\n#EXT-X-ENDLIST\n");
    std::fs::write(studio.path("film.mp4"), text).unwrap();
    studio.damage("film.mp4", Expectation::default()).await;
    let contact = listener.accept().map(|(_, peer)| peer).map_err(|error| error.kind());
    assert_eq!(contact, Err(std::io::ErrorKind::WouldBlock), "nobody called");
}

#[tokio::test]
async fn less_or_more_than_promised_is_refused() {
    let studio = Studio::open().await;
    let promise = |duration_ms| Expectation { duration_ms: Some(duration_ms), ..Expectation::default() };
    assert!(studio.verify("whole.mp4", promise(7_500)).await.is_ok(), "sources round");
    let message = studio.damage("whole.mp4", promise(12_000)).await;
    assert_eq!(message, "the file has 6.0 s, but 12.0 s were promised");
    studio.damage("whole.mp4", promise(3_000)).await;

    let higher = Expectation { height: Some(720), ..Expectation::default() };
    assert_eq!(
        studio.damage("whole.mp4", higher).await,
        "the picture has a height of 90, but 720 was offered"
    );
    let lower = Expectation { height_max: Some(72), ..Expectation::default() };
    let failure = studio.verify("whole.mp4", lower).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::FormatUnavailable);
}

#[tokio::test]
async fn a_missing_tool_is_named_and_a_stop_ends_it() {
    let studio = Studio::open().await;
    let without = Ffmpeg::new(studio.runner.clone(), Tools::default());
    let failure = without.probe(&studio.path("whole.mp4"), &assignment()).await.unwrap_err();
    assert_eq!(
        (failure.class, failure.message.as_str()),
        (FailureClass::ToolMissing, "the program ffprobe is not installed")
    );

    let stopped = assignment();
    stopped.stop().cancel();
    let failure = studio.ffmpeg.check_demux(&studio.path("whole.mp4"), &stopped).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::WorkerLost);
}
