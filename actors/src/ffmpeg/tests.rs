//! Real media, made by ffmpeg: what is said of it. What is kept and what isn't: `media`, `flips`.

mod company;
mod flips;
mod media;

use std::path::PathBuf;

use mediary_schema::{
    AttemptId, FailureClass, IdSource,
    file::{Check, Oddity, Verified},
    job::{Failure, Progress},
};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::process::{Assignment, Environment, Runner, Spec, Tool, Tools};

/// How films are coded here: fast, with a whole picture every second.
const CODECS: &str = "-c:v libx264 -preset ultrafast -g 10 -c:a aac";

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
        let studio = Self::empty();
        studio.make(&format!("-f lavfi -i testsrc2=s=160x90:r=10:d=6 -f lavfi -i sine=d=6 {CODECS} -movflags +faststart whole.mp4")).await;
        studio
    }

    fn empty() -> Self {
        let runner = Runner::new(IdSource::system().next(), Environment::of(std::env::vars_os()));
        let tools = Tools::new(
            mediary_tools::private_folder().into_iter().chain(runner.environment().path_folders()),
        );
        assert!(
            tools.find(Tool::Ffmpeg).is_ok(),
            "these tests need ffmpeg: run `ops/test`, which installs it"
        );
        let ffmpeg = Ffmpeg::new(runner.clone(), tools.clone());
        Self { runner, tools, ffmpeg, folder: tempfile::tempdir().unwrap() }
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

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// A copy of which only the first part is left.
    fn cut(&self, name: &str, per_cent: usize) -> String {
        let bytes = self.read(name);
        let cut = format!("cut-{name}");
        self.write(&cut, &bytes[..bytes.len() * per_cent / 100]);
        cut
    }

    async fn verify(&self, name: &str, expectation: Expectation) -> Result<Verified, Failure> {
        let (progress, _) = watch::channel(Progress::default());
        let verified = self.ffmpeg.verify(&self.path(name), expectation, &assignment(), &progress).await;
        verified.map_err(|refused| refused.failure)
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

const NOTHING_PROMISED: Expectation =
    Expectation { duration_ms: None, height: None, height_max: None, audio_only: false, is_joined: false };

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
    let bytes = studio.read("whole.mp4");
    assert_eq!(verified.size_bytes, bytes.len() as u64);
    assert_eq!(verified.blake3, blake3::hash(&bytes).to_hex().to_string());
    assert_eq!((verified.check, verified.oddities), (Check::Decoded, vec![]));
    let media = verified.media;
    assert_eq!((media.width, media.height), (Some(160), Some(90)));
    assert_eq!((media.video_codec.as_deref(), media.audio_codec.as_deref()), (Some("h264"), Some("aac")));
    assert!(media.container.contains("mp4") && media.duration_ms.abs_diff(6000) < 100, "{media:?}");
}

#[tokio::test]
async fn sound_alone_has_to_be_there_if_it_was_asked_for() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -vn whole.mp3").await;
    studio.make("-i whole.mp4 -an -c copy silent.mp4").await;
    let sound = Expectation { audio_only: true, ..Expectation::default() };
    assert!(studio.verify("whole.mp3", sound).await.is_ok());
    assert_eq!(studio.damage("silent.mp4", sound).await, "the file has no sound");
}

#[tokio::test]
async fn a_file_without_duration_gets_that_of_its_packets() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -c copy -f matroska -live 1 live.mkv").await;
    let verified = studio.verify("live.mkv", NOTHING_PROMISED).await.unwrap();
    assert!(verified.media.duration_ms.abs_diff(6000) < 100, "{verified:?}");
}

// invariant: F-2
#[tokio::test]
async fn half_a_stream_that_says_nothing_about_its_length_is_found_by_the_promise() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -vn -write_xing 0 whole.mp3").await;
    let cut = studio.cut("whole.mp3", 30);
    let verified = studio.verify(&cut, NOTHING_PROMISED).await.unwrap();
    assert!(verified.media.duration_ms < 2500, "nothing in it says so: {verified:?}");
    assert_eq!(verified.oddities, [Oddity::EstimatedLength, Oddity::TornEnd]);
    let promised = Expectation { duration_ms: Some(6000), ..NOTHING_PROMISED };
    let message = studio.damage(&cut, promised).await;
    assert!(message.ends_with(", but 6.0 s were promised"), "{message}");
}

// invariant: F-2
#[tokio::test]
async fn a_missing_fragment_is_found_although_every_frame_decodes() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -c copy -f hls -hls_time 1 -hls_list_size 0 part.m3u8").await;
    let parts: Vec<u8> =
        [0, 1, 4, 5].iter().flat_map(|number| studio.read(&format!("part{number}.ts"))).collect();
    studio.write("gap.ts", parts);
    // As yt-dlp does with the fragments that it has.
    studio.make("-i gap.ts -c copy gap.mp4").await;
    let joined = Expectation { is_joined: true, ..NOTHING_PROMISED };
    let whole = Expectation { duration_ms: Some(6000), ..joined };
    for expectation in [joined, whole] {
        let message = studio.damage("gap.mp4", expectation).await;
        assert!(message.starts_with("the file is damaged: it lacks 2."), "{message}");
    }
    // Without them it is as long as its fragments said they are: their clocks don't fit each other.
    let shorter = Expectation { duration_ms: Some(4000), ..joined };
    let verified = studio.verify("gap.mp4", shorter).await.unwrap();
    assert_eq!(verified.oddities, [Oddity::Gap]);
    // In one unbroken answer it is the source that has no more.
    assert_eq!(studio.verify("gap.mp4", NOTHING_PROMISED).await.unwrap().oddities, [Oddity::Gap]);
}

#[tokio::test]
async fn a_playlist_in_place_of_a_film_opens_nothing() {
    let studio = Studio::open().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let text =
        format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\nhttp://{address}/a.ts\n#EXT-X-ENDLIST\n");
    studio.write("film.mp4", text);
    studio.damage("film.mp4", NOTHING_PROMISED).await;
    let contact = listener.accept().map(|(_, peer)| peer).map_err(|error| error.kind());
    assert_eq!(contact, Err(std::io::ErrorKind::WouldBlock), "nobody called");
}

#[tokio::test]
async fn less_than_promised_is_refused_and_more_only_where_it_was_joined_here() {
    let studio = Studio::open().await;
    let promise = |duration_ms| Expectation { duration_ms: Some(duration_ms), ..NOTHING_PROMISED };
    assert!(studio.verify("whole.mp4", promise(7_500)).await.is_ok(), "sources round");
    let message = studio.damage("whole.mp4", promise(12_000)).await;
    assert_eq!(message, "the file has 6.0 s, but 12.0 s were promised");
    let verified = studio.verify("whole.mp4", promise(3_000)).await.unwrap();
    assert_eq!(verified.oddities, [Oddity::LongerThanPromised]);
    studio.damage("whole.mp4", Expectation { is_joined: true, ..promise(3_000) }).await;
}

#[tokio::test]
async fn a_lower_picture_than_promised_is_kept_and_a_higher_one_than_wanted_is_not() {
    let studio = Studio::open().await;
    let higher = Expectation { height: Some(720), ..NOTHING_PROMISED };
    let verified = studio.verify("whole.mp4", higher).await.unwrap();
    assert_eq!((verified.oddities, verified.media.height), (vec![Oddity::BelowPromisedHeight], Some(90)));
    let lower = Expectation { height_max: Some(72), ..NOTHING_PROMISED };
    let failure = studio.verify("whole.mp4", lower).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::FormatUnavailable);
    assert_eq!(failure.message, "the picture has 90 lines, and at most 72 were asked for");
}

// Edge A22: what stands upright was refused as too high, after it was fetched.
#[tokio::test]
async fn a_picture_that_stands_upright_counts_by_its_shorter_side() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -vf transpose=1 -c:v libx264 -preset ultrafast -c:a copy upright.mp4").await;
    let expectation = Expectation { height: Some(160), height_max: Some(90), ..NOTHING_PROMISED };
    let verified = studio.verify("upright.mp4", expectation).await.unwrap();
    assert_eq!((verified.media.height, verified.media.lines()), (Some(160), Some(90)));
    assert_eq!(verified.oddities, []);
}

#[tokio::test]
async fn what_is_refused_is_known_by_its_hash() {
    let studio = Studio::open().await;
    let cut = studio.cut("whole.mp4", 60);
    let (progress, _) = watch::channel(Progress::default());
    let refused = studio.ffmpeg.verify(&studio.path(&cut), NOTHING_PROMISED, &assignment(), &progress).await;
    let blake3 = refused.unwrap_err().blake3;
    assert_eq!(blake3, Some(blake3::hash(&studio.read(&cut)).to_hex().to_string()));
}

#[tokio::test]
async fn a_missing_tool_is_named_and_a_stop_ends_it() {
    let studio = Studio::open().await;
    let without = Ffmpeg::new(studio.runner.clone(), Tools::default());
    let failure = without.probe(&studio.path("whole.mp4"), &assignment()).await.unwrap_err();
    assert_eq!(
        (failure.class, failure.message.as_str()),
        (FailureClass::ToolMissing, "the program ffmpeg is not installed")
    );

    let stopped = assignment();
    stopped.stop().cancel();
    let failure = studio.ffmpeg.check_demux(&studio.path("whole.mp4"), &stopped).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::WorkerLost);
}

/// One process for each file, whatever it holds, if its name says what.
#[tokio::test]
async fn a_file_is_proved_by_one_process() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -vn whole.mp3").await;
    for name in ["whole.mp4", "whole.mp3"] {
        let output = studio.path(&format!("{name}.log"));
        let attempt = AttemptId::from_uuid(IdSource::system().next());
        let assignment = Assignment::new(attempt, Some(output.clone()), CancellationToken::new());
        studio.ffmpeg.probe(&studio.path(name), &assignment).await.unwrap();
        let told = std::fs::read_to_string(output).unwrap();
        assert_eq!(told.matches("$ ").count(), 1, "{name}: {told}");
        assert!(!told.contains("Duration"), "what is no complaint is not kept: {told}");
    }
}

// UI-11.
#[tokio::test]
async fn the_chapters_of_a_file_are_what_its_container_says_also_once_it_has_another_name() {
    let studio = Studio::open().await;
    let told = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=A \\= b\n\
                [CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=6000\ntitle=Two\\\nlines\n";
    studio.write("told.txt", told);
    let expected = [(0, 2_000, "A = b"), (2_000, 6_000, "Two lines")];
    for name in ["film.mp4", "film.mkv"] {
        studio.make(&format!("-i whole.mp4 -i told.txt -map_chapters 1 -c copy {name}")).await;
        let file = std::fs::File::open(studio.path(name)).unwrap();
        std::fs::rename(studio.path(name), studio.path("moved")).unwrap();
        studio.write(name, "another one");
        let chapters = studio.ffmpeg.chapters(&file, &assignment()).await.unwrap();
        let chapters: Vec<_> =
            chapters.iter().map(|one| (one.start_ms, one.end_ms, one.title.as_deref().unwrap())).collect();
        assert_eq!(chapters, expected, "{name}");
    }
    studio.write("text.txt", "neither film nor sound");
    for name in ["whole.mp4", "text.txt"] {
        let file = std::fs::File::open(studio.path(name)).unwrap();
        let chapters = studio.ffmpeg.chapters(&file, &assignment()).await;
        assert_eq!(chapters.unwrap(), [], "{name}");
    }
}
