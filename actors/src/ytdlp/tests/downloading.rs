//! Downloads that go well, break, are killed, go on, and are lied to.

use std::{collections::BTreeMap, path::Path, time::Duration};

use axum::http::StatusCode;
use mediary_schema::{FailureClass, download::Quality, job::Progress};
use serde_json::json;
use tokio::{sync::watch, time::timeout};

use super::{
    super::{Engine as _, Protocol},
    assignment,
    case::{Case, FILM, PATIENCE, make, noise, read, slow},
    site::{File, Site},
};

const MIB: usize = 1 << 20;

#[tokio::test]
async fn a_direct_file_arrives_as_it_is() {
    let bytes = noise(3 * MIB, 1);
    let case = Case::of_file(File::new("video/mp4", bytes.clone())).await;
    let extracted = case.extract().await.unwrap();
    assert_eq!((extracted.streams.len(), extracted.streams[0].protocol), (1, Protocol::Http));
    assert_eq!((extracted.title.as_deref(), extracted.size_bytes), (None, Some(bytes.len() as u64)));
    assert_eq!(case.served(), 0, "what says that it is media isn't opened to see what it is");
    let (downloaded, progress) = case.run().await.unwrap();
    assert_eq!(downloaded.path, case.staged("media.mp4"));
    assert_eq!(downloaded.resumed_bytes, 0);
    assert!(read(&downloaded.path) == bytes);
    assert_eq!(case.served(), bytes.len());
    assert_eq!((progress.done, progress.total), (bytes.len() as u64, Some(bytes.len() as u64)));
    assert_eq!(progress.unit, "bytes");
    assert!(!case.bench.path().join("output").exists(), "no program was needed");
}

#[tokio::test]
async fn a_file_that_does_not_say_what_it_is_is_known_by_its_address() {
    let bytes = noise(MIB, 13);
    let case = Case::of_file(File::new("application/octet-stream", bytes.clone())).await;
    let (downloaded, _) = case.run().await.unwrap();
    assert!(read(&downloaded.path) == bytes);
    assert_eq!(case.requests_of_media(), ["HEAD /media/film.mp4 -", "GET /media/film.mp4 -"]);
}

// Field 06: plain yt-dlp keeps it.
#[tokio::test]
async fn half_a_letter_in_what_is_said_of_a_film_costs_nothing() {
    let bytes = noise(MIB, 14);
    let film = |site: &Site| {
        json!({"id": "v1", "title": "cut <half>", "description": "cut <half>, too", "ext": "mp4",
            "url": site.url("/media/film.mp4")})
    };
    let case = Case::of_video("best", film).await;
    case.site.file("film.mp4", File::new("video/mp4", bytes.clone()));
    assert_eq!(case.extract().await.unwrap().title.as_deref(), Some("cut \u{fffd}"));
    let (downloaded, _) = case.run().await.unwrap();
    assert!(read(&downloaded.path) == bytes);
}

// invariant: F-8
#[tokio::test]
async fn a_stopped_download_goes_on_where_it_was() {
    let bytes = noise(4 * MIB, 2);
    let case = Case::of_file(slow(File::new("video/mp4", bytes.clone()))).await;
    let failure = case.run_until(MIB as u64).await;
    assert_eq!(failure.class, FailureClass::WorkerLost);
    let part = read(&case.staged("media.mp4.part"));
    assert!(part.len() >= MIB && bytes.starts_with(&part), "{}", part.len());

    case.site.content().requests.clear();
    let (downloaded, _) = case.run().await.unwrap();
    assert!(read(&downloaded.path) == bytes);
    assert!(downloaded.resumed_bytes as usize >= MIB - 64 * 1024);
    let requests = case.requests_of_media();
    let gets: Vec<_> = requests.iter().filter(|request| request.starts_with("GET")).collect();
    assert_eq!(gets.len(), 1, "the page isn't read again: {requests:?}");
    assert!(gets[0].contains("bytes="), "{requests:?}");
    assert!(case.served() <= bytes.len() + MIB, "{} of {}", case.served(), bytes.len());
}

// invariant: F-5
#[tokio::test]
async fn a_file_that_changed_under_its_name_is_fetched_anew() {
    let (old, new) = (noise(3 * MIB, 3), noise(3 * MIB, 4));
    let case = Case::of_file(slow(File::new("video/mp4", old))).await;
    case.run_until(MIB as u64).await;
    assert!(case.staged("media.mp4.part").is_file());
    case.site.file("film.mp4", File { etag: Some("\"v2\""), ..File::new("video/mp4", new.clone()) });
    let (downloaded, _) = case.run().await.unwrap();
    assert_eq!(downloaded.resumed_bytes, 0);
    assert!(read(&downloaded.path) == new, "yt-dlp alone would have made half of each");
}

// invariant: F-2, F-5
#[tokio::test]
async fn a_file_that_changes_while_it_is_fetched_is_fetched_anew() {
    let (old, new) = (noise(3 * MIB, 5), noise(3 * MIB, 6));
    let breaking = File { break_at: Some((2 * MIB, 2)), ..slow(File::new("video/mp4", old)) };
    let case = Case::of_file(breaking).await;
    let extracted = case.extract().await.unwrap();
    let (progress, mut last) = watch::channel(Progress::default());
    let assignment = assignment(None);
    let change = async {
        last.wait_for(|progress| progress.done >= MIB as u64).await.unwrap();
        // The connection under way sends the old file up to its break; then the rest is asked for.
        case.site.file("film.mp4", File { etag: Some("\"v2\""), ..File::new("video/mp4", new.clone()) });
    };
    let sources = case.bench.sources();
    let download = sources.download(&case.request, &extracted, &assignment, &progress);
    let (ended, ()) = timeout(PATIENCE, async { tokio::join!(download, change) }).await.unwrap();
    assert!(read(&ended.unwrap().path) == new, "half of each would have the same length");
}

// Field 03: advertisements are put into every answer.
#[tokio::test]
async fn an_unbroken_answer_is_judged_by_itself() {
    let bytes = noise(MIB, 14);
    let case = Case::of_file(File::new("video/mp4", noise(MIB / 2, 15))).await;
    let extracted = case.extract().await.unwrap();
    case.site.file("film.mp4", File { etag: Some("\"other\""), ..File::new("video/mp4", bytes.clone()) });
    let (progress, _) = watch::channel(Progress::default());
    let (sources, assignment) = (case.bench.sources(), assignment(None));
    let downloaded = sources.download(&case.request, &extracted, &assignment, &progress).await.unwrap();
    assert_eq!(downloaded.resumed_bytes, 0);
    assert!(read(&downloaded.path) == bytes);
}

#[tokio::test]
async fn a_part_that_is_complete_already_is_finished_and_not_stuck() {
    let bytes = noise(3 * MIB, 7);
    let case = Case::of_file(slow(File::new("video/mp4", bytes.clone()))).await;
    case.run_until(MIB as u64).await;
    // Killed between the last byte and the rename.
    std::fs::write(case.staged("media.mp4.part"), &bytes).unwrap();
    let before = case.served();
    let (downloaded, _) = case.run().await.unwrap();
    assert!(read(&downloaded.path) == bytes);
    let again = case.served() - before;
    assert!(again <= 128 * 1024, "{again} bytes were fetched again");
}

// invariant: F-8
#[tokio::test]
async fn a_finished_download_is_not_fetched_again() {
    let bytes = noise(2 * MIB, 8);
    let case = Case::of_file(File::new("video/mp4", bytes.clone())).await;
    case.run().await.unwrap();
    let before = case.served();
    // Killed before anybody heard of the end.
    let (downloaded, _) = case.run().await.unwrap();
    assert!(read(&downloaded.path) == bytes);
    assert_eq!(case.served(), before);
}

#[tokio::test]
async fn a_connection_that_breaks_is_taken_up_again_and_given_up_in_the_end() {
    let bytes = noise(2 * MIB, 9);
    let file = File::new("video/mp4", bytes.clone());
    let case = Case::of_file(file.clone()).await;
    case.extract().await.unwrap();
    case.site.file("film.mp4", File { break_at: Some((MIB, 1)), ..file.clone() });
    let (downloaded, _) = case.run().await.unwrap();
    assert!(read(&downloaded.path) == bytes);

    let case = Case::of_file(file.clone()).await;
    case.site.file("film.mp4", File { break_at: Some((MIB, 100)), ..file.clone() });
    let failure = case.run().await.unwrap_err();
    assert_eq!((failure.class, failure.exit_code), (FailureClass::Network, None), "{failure:?}");
    assert!(case.staged("media.mp4.part").is_file(), "what is there is kept");
    case.site.file("film.mp4", file);
    assert!(read(&case.run().await.unwrap().0.path) == bytes);
}

#[tokio::test]
async fn a_server_without_range_is_asked_from_the_start() {
    let bytes = noise(2 * MIB, 10);
    let case = Case::of_file(File { ranges: false, ..slow(File::new("video/mp4", bytes.clone())) }).await;
    case.run_until(MIB as u64).await;
    let (downloaded, _) = case.run().await.unwrap();
    assert!(read(&downloaded.path) == bytes);
}

#[tokio::test]
async fn a_source_that_fails_keeps_what_is_there() {
    let bytes = noise(2 * MIB, 11);
    let case = Case::of_file(slow(File::new("video/mp4", bytes.clone()))).await;
    case.run_until(MIB as u64).await;
    let part = read(&case.staged("media.mp4.part"));
    for (status, class) in [
        (StatusCode::SERVICE_UNAVAILABLE, FailureClass::Network),
        (StatusCode::TOO_MANY_REQUESTS, FailureClass::RateLimit),
        (StatusCode::FORBIDDEN, FailureClass::Forbidden),
        (StatusCode::NOT_FOUND, FailureClass::NotFound),
    ] {
        case.site.content().files.get_mut("film.mp4").unwrap().status = Some(status);
        let failure = case.run().await.unwrap_err();
        assert_eq!(failure.class, class, "{failure:?}");
        assert!(read(&case.staged("media.mp4.part")) == part, "{status}");
    }
    case.site.content().files.get_mut("film.mp4").unwrap().status = None;
    let (downloaded, _) = case.run().await.unwrap();
    assert!(downloaded.resumed_bytes > 0 && read(&downloaded.path) == bytes);
}

/// An HLS film of six fragments.
async fn hls() -> Case {
    let case = Case::of_url("/media/film.m3u8", Quality::best()).await;
    let folder = make(&case.bench, &format!("{FILM} -f hls -hls_time 1 -hls_list_size 0 film.m3u8")).await;
    for number in 0..6 {
        let name = format!("film{number}.ts");
        let bytes = read(&folder.join(&name));
        let chunk_delay = Duration::from_millis(150);
        case.site.file(&name, File { chunk_delay, ..File::new("video/mp2t", bytes) });
    }
    let playlist = read(&folder.join("film.m3u8"));
    case.site.file("film.m3u8", File::new("application/vnd.apple.mpegurl", playlist));
    case
}

/// How often each fragment was asked for.
fn fragments_asked(case: &Case) -> BTreeMap<String, usize> {
    let mut asked = BTreeMap::new();
    for request in case.requests_of_media() {
        let name = request.split(' ').nth(1).unwrap().trim_start_matches("/media/");
        if Path::new(name).extension().is_some_and(|extension| extension == "ts") {
            *asked.entry(name.to_owned()).or_default() += 1;
        }
    }
    asked
}

// invariant: F-8
#[tokio::test]
async fn fragments_become_one_film_and_none_is_fetched_twice() {
    let case = hls().await;
    let first = case.site.content().files["film0.ts"].bytes.len() as u64;
    // In the second fragment.
    case.run_until(first + 30_000).await;
    assert!(case.staged("media.mp4.part-Frag1").is_file());
    let (downloaded, _) = case.run().await.unwrap();
    let asked = fragments_asked(&case);
    let twice: Vec<_> = asked.iter().filter(|(_, times)| **times > 1).collect();
    assert!(asked.len() == 6 && twice.len() <= 1, "only the one that was under way: {asked:?}");
    assert_eq!(asked["film0.ts"], 1);

    let ffmpeg =
        crate::ffmpeg::Ffmpeg::new(case.bench.engine.runner.clone(), case.bench.engine.tools.clone());
    let duration = ffmpeg.check_demux(&downloaded.path, &assignment(None)).await.unwrap();
    assert!(duration.abs_diff(6000) < 200, "{duration}");
    let left: Vec<_> =
        std::fs::read_dir(&case.request.staging).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("Frag")), "{left:?}");
}

// invariant: F-5
#[tokio::test]
async fn a_fragment_that_was_appended_but_not_noted_is_not_appended_twice() {
    let case = hls().await;
    let first = case.site.content().files["film0.ts"].bytes.len() as u64;
    case.run_until(first + 30_000).await;
    // Killed after the append and before the note of it.
    let fragment = read(&case.staged("media.mp4.part-Frag1"));
    let part = [read(&case.staged("media.mp4.part")), fragment].concat();
    std::fs::write(case.staged("media.mp4.part"), part).unwrap();
    let (downloaded, _) = case.run().await.unwrap();
    let ffmpeg =
        crate::ffmpeg::Ffmpeg::new(case.bench.engine.runner.clone(), case.bench.engine.tools.clone());
    let duration = ffmpeg.check_demux(&downloaded.path, &assignment(None)).await.unwrap();
    assert!(duration.abs_diff(6000) < 200, "{duration}");
}

// invariant: F-2
#[tokio::test]
async fn a_missing_fragment_is_damage() {
    let case = hls().await;
    case.site.content().files.remove("film3.ts");
    let failure = case.run().await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Damaged, "{failure:?}");
    assert!(failure.message.contains("fragment 4 not found"), "{failure:?}");
    assert!(!case.staged("media.mp4").exists());
}

#[tokio::test]
async fn what_can_not_be_had_fails_with_its_class() {
    let high = |site: &Site| {
        let url = site.url("/media/film.mp4");
        json!({"id": "v1", "title": "V 1", "formats": [{"format_id": "h", "url": url, "ext": "mp4", "height": 1080}]})
    };
    let case = Case::of_video("720p", high).await;
    let failure = case.run().await.unwrap_err();
    assert_eq!((failure.class, failure.exit_code), (FailureClass::FormatUnavailable, Some(1)), "{failure:?}");

    let case = Case::of_video(
        "best",
        |_| json!({"id": "v1", "title": "V 1", "live_status": "is_live", "url": "http://127.0.0.1:1/x"}),
    )
    .await;
    assert_eq!(case.run().await.unwrap_err().class, FailureClass::NotYet);

    let case = Case::of_url("/list/several", Quality::best()).await;
    case.site.list("several", 3);
    let failure = case.run().await.unwrap_err();
    assert!(matches!(failure.class, FailureClass::Unsupported | FailureClass::NotFound), "{failure:?}");

    let case = Case::of_url("/watch/missing", Quality::best()).await;
    assert_eq!(case.run().await.unwrap_err().class, FailureClass::NotFound);

    let case = Case::of_file(File::new("video/mp4", noise(MIB, 12))).await;
    std::fs::write(&case.request.staging, "in the way").unwrap();
    assert_eq!(case.run().await.unwrap_err().class, FailureClass::Storage);
}
