//! Which formats are chosen, and that those that are apart become one file.

use axum::http::StatusCode;
use mediary_schema::FailureClass;
use serde_json::json;

use super::{
    assignment,
    case::{Case, FILM, make, read},
    site::File,
};
use crate::process::{Tool, Tools};

/// A video whose picture and sound are apart, at several heights.
async fn apart(quality: &str) -> Case {
    let case = Case::of_video(quality, |site| {
        let picture = |height: u32| {
            json!({"format_id": format!("v{height}"), "url": site.url(&format!("/media/v{height}.mp4")), "ext": "mp4",
                "vcodec": "avc1", "acodec": "none", "height": height})
        };
        let sound = json!({"format_id": "a", "url": site.url("/media/a.m4a"), "ext": "m4a", "vcodec": "none", "acodec": "mp4a"});
        json!({"id": "v1", "title": "V 1", "duration": 6, "formats": [sound, picture(180), picture(720), picture(1080)]})
    })
    .await;
    let folder = make(&case.bench, &format!("{FILM} film.mp4")).await;
    make(&case.bench, "-i film.mp4 -an -c copy v.mp4 -vn -c copy a.m4a").await;
    for name in ["v180.mp4", "v720.mp4", "v1080.mp4"] {
        case.site.file(name, File::new("video/mp4", read(&folder.join("v.mp4"))));
    }
    case.site.file("a.m4a", File::new("audio/mp4", read(&folder.join("a.m4a"))));
    case
}

// Edge A22: a 1080p film of 1080 × 1920 was too high for 1080p: there was less of it, or nothing.
#[tokio::test]
async fn a_film_that_stands_upright_is_chosen_by_its_shorter_side() {
    for (quality, chosen) in [("1080p", "v1080"), ("720p", "v606"), ("best", "v2160")] {
        let case = Case::of_video(quality, |site| {
            let upright = |width: u32, height: u32| {
                json!({"format_id": format!("v{width}"), "url": site.url("/media/v.mp4"), "ext": "mp4",
                    "vcodec": "avc1", "acodec": "mp4a", "width": width, "height": height})
            };
            let formats = [upright(606, 1080), upright(1080, 1920), upright(2160, 3840)];
            json!({"id": "v1", "title": "V 1", "duration": 6, "formats": formats})
        })
        .await;
        let extracted = case.extract().await.unwrap();
        let ids: Vec<_> = extracted.streams.iter().map(|stream| stream.format_id.as_str()).collect();
        assert_eq!(ids, [chosen], "{quality}");
        assert_eq!(extracted.height, extracted.height_offered, "{quality}");
    }
}

#[tokio::test]
async fn picture_and_sound_are_joined_and_both_are_gone_on_with() {
    let case = apart("720p").await;
    let extracted = case.extract().await.unwrap();
    let ids: Vec<_> = extracted.streams.iter().map(|stream| stream.format_id.as_str()).collect();
    assert_eq!(ids, ["v720", "a"]);
    assert_eq!((extracted.height, extracted.height_offered), (Some(720), Some(720)));
    assert_eq!((extracted.duration_ms, extracted.title.as_deref()), (Some(6000), Some("V 1")));

    case.site.content().files.get_mut("a.m4a").unwrap().status = Some(StatusCode::INTERNAL_SERVER_ERROR);
    case.run().await.expect_err("there is no sound");
    case.site.content().files.get_mut("a.m4a").unwrap().status = None;
    let picture_bytes = case.site.content().files["v720.mp4"].bytes.len();
    let (downloaded, progress) = case.run().await.unwrap();
    assert_eq!(downloaded.path, case.staged("media.mp4"));
    assert_eq!(progress.stage, "joining");
    assert_eq!(case.site.content().files["v720.mp4"].served, picture_bytes, "the picture was there already");
    let ffmpeg =
        crate::ffmpeg::Ffmpeg::new(case.bench.engine.runner.clone(), case.bench.engine.tools.clone());
    let facts = ffmpeg.probe(&downloaded.path, &assignment(None)).await.unwrap();
    assert!(facts.video_codec.is_some() && facts.audio_codec.is_some(), "{facts:?}");
}

#[tokio::test]
async fn without_ffmpeg_nothing_is_fetched() {
    let mut case = apart("720p").await;
    let yt_dlp = case.bench.engine.tools.find(Tool::YtDlp).unwrap();
    case.bench.engine.tools = Tools::default().with(Tool::YtDlp, yt_dlp);
    let failure = case.run().await.unwrap_err();
    assert_eq!(failure.class, FailureClass::ToolMissing);
    assert_eq!(failure.message, "the program ffmpeg is not installed");
    assert_eq!(case.site.content().files["v720.mp4"].served, 0);
}
