//! What lies beside an item: fetched where it is offered, told where it can't be had, and no reason to fail.

use std::{collections::BTreeSet, fs};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::any,
};
use mediary_schema::layout::SidecarKind;
use serde_json::json;
use tokio::{net::TcpListener, task::JoinSet, time::timeout};

use super::{
    super::{Beside, Engine as _, FetchedSidecar},
    assignment,
    case::{Case, FILM, PATIENCE, make, noise, read},
    site::{File, Site},
};
use crate::{access::Granted, cookies::Cookies};

const WORDS: &str = "WEBVTT\n\n00:00.000 --> 00:01.000\nwords\n";

/// A film with subtitles in some languages, one of which the site refuses, and a picture.
async fn film() -> Case {
    let film = |site: &Site| {
        let words =
            |language: &str| json!([{ "url": site.url(&format!("/media/{language}.vtt")), "ext": "vtt" }]);
        json!({"id": "v1", "title": "V", "uploader": "Ann", "description": "about", "upload_date": "20251128", "ext": "mp4",
            "url": site.url("/media/film.mp4"), "thumbnail": site.url("/media/picture.png"),
            "subtitles": {"en": words("en"), "de": words("de"), "live_chat": [{"url": "x", "ext": "json"}],
                "../fr": words("fr"), "it": [{"url": "x", "ext": "ttml"}]}})
    };
    let case = Case::of_video("best", film).await;
    case.site.file("film.mp4", File::new("video/mp4", noise(1 << 16, 3)));
    case.site.file("en.vtt", File::new("text/vtt", WORDS));
    let refused = File { status: Some(StatusCode::TOO_MANY_REQUESTS), ..File::new("text/vtt", "") };
    case.site.file("de.vtt", refused);
    let folder = make(&case.bench, &format!("{FILM} -t 1 film.mp4 -frames:v 1 picture.png")).await;
    case.site.file("picture.png", File::new("image/png", read(&folder.join("picture.png"))));
    case
}

async fn beside(case: &Case, wanted: &[SidecarKind]) -> Beside {
    let extracted = case.extract().await.unwrap();
    let (sources, assignment) = (case.bench.sources(), assignment(None));
    let wanted: BTreeSet<SidecarKind> = wanted.iter().copied().collect();
    timeout(PATIENCE, sources.beside(&case.request, &extracted, &wanted, &assignment)).await.expect("it ends")
}

// DL-04.
// invariant: F-25
#[tokio::test]
async fn what_is_offered_is_fetched_and_what_is_refused_is_told() {
    let case = film().await;
    let extracted = case.extract().await.unwrap();
    assert_eq!(extracted.about.uploader.as_deref(), Some("Ann"));
    assert_eq!(
        extracted.about.published_at.map(|at| at.to_string()).as_deref(),
        Some("2025-11-28T00:00:00.000000Z")
    );
    let offered: Vec<&str> = extracted.offered.languages.iter().map(String::as_str).collect();
    assert_eq!(offered, ["de", "en"], "what no player reads, and what is no language, is none");
    let Beside { fetched, missing } = beside(&case, &SidecarKind::ALL).await;
    let told: Vec<_> = fetched.iter().map(|file| (file.kind, file.ending.as_str())).collect();
    assert_eq!(told, [(SidecarKind::Thumbnail, "-thumb.jpg"), (SidecarKind::Subtitles, ".en.vtt")]);
    assert_eq!(read(&case.staged(&fetched[0].name))[..2], [0xff, 0xd8], "whatever it was, it is a JPEG");
    assert!(read(&case.staged(&fetched[1].name)).starts_with(b"WEBVTT"));
    let missing: Vec<_> =
        missing.iter().map(|it| (it.kind, it.language.as_deref(), it.reason.contains("429"))).collect();
    assert_eq!(missing, [(SidecarKind::Subtitles, Some("de"), true)]);
    // The film itself is fetched as ever, after it or before.
    assert!(case.run().await.is_ok());
}

#[tokio::test]
async fn what_nobody_wants_is_not_asked_for() {
    let case = film().await;
    assert_eq!(beside(&case, &[SidecarKind::Nfo]).await, Beside::default());
    assert!(case.requests_of_media().is_empty(), "{:?}", case.requests_of_media());
    let Beside { fetched, missing } = beside(&case, &[SidecarKind::Thumbnail]).await;
    assert_eq!((fetched.len(), missing.len()), (1, 0));
    assert!(case.requests_of_media().iter().all(|request| request.contains("picture.png")));
}

// A picture that is a JPEG already is not made one, and keeps the ending of its address.
#[tokio::test]
async fn a_picture_is_found_by_any_ending_of_a_jpeg() {
    for (address, name) in [("picture.jpeg", "beside.jpeg"), ("picture.JPG", "beside.JPG")] {
        let film = |site: &Site| {
            json!({"id": "v1", "title": "V", "ext": "mp4", "url": site.url("/media/film.mp4"),
                "thumbnail": site.url(&format!("/media/{address}"))})
        };
        let case = Case::of_video("best", film).await;
        case.site.file("film.mp4", File::new("video/mp4", noise(1 << 16, 3)));
        case.site.file(address, File::new("image/jpeg", &b"\xff\xd8\xff\xe0"[..]));
        let Beside { fetched, missing } = beside(&case, &[SidecarKind::Thumbnail]).await;
        assert!(missing.is_empty(), "{missing:?}");
        let told: Vec<_> = fetched.iter().map(|file| (file.name.as_str(), file.ending.as_str())).collect();
        assert_eq!(told, [(name, "-thumb.jpg")]);
    }
}

#[tokio::test]
async fn what_a_killed_attempt_left_half_is_not_kept() {
    let case = film().await;
    let refused = File { status: Some(StatusCode::FORBIDDEN), ..File::new("image/png", "") };
    case.site.file("picture.png", refused);
    case.extract().await.unwrap();
    fs::write(case.staged("beside.jpg"), "half").unwrap();
    let Beside { fetched, missing } = beside(&case, &[SidecarKind::Thumbnail]).await;
    assert_eq!((fetched.len(), missing.len()), (0, 1), "{fetched:?}");
    assert!(!case.staged("beside.jpg").exists());
}

/// Words that are for members alone.
async fn of_members(headers: HeaderMap) -> Response {
    let is_member = headers.get(header::COOKIE).is_some_and(|cookie| cookie == "session=needle");
    if is_member { WORDS.into_response() } else { StatusCode::FORBIDDEN.into_response() }
}

// DL-08.
#[tokio::test]
async fn what_is_refused_without_cookies_is_asked_for_with_them_and_nothing_else_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let members = format!("http://{}", listener.local_addr().unwrap());
    let mut server = JoinSet::new();
    let router = Router::new().route("/en.vtt", any(of_members));
    server.spawn(async move { axum::serve(listener, router).await.unwrap() });
    let mut case = film().await;
    let video = |site: &Site| {
        let words = |url: String| json!([{ "url": url, "ext": "vtt" }]);
        json!({"id": "v1", "title": "V", "ext": "mp4", "url": site.url("/media/film.mp4"),
            "thumbnail": site.url("/media/picture.png"),
            "subtitles": {"en": words(format!("{members}/en.vtt")), "it": words(site.url("/media/it.vtt"))}})
    };
    let video = video(&case.site);
    case.site.content().videos.insert("v1".to_owned(), video);
    case.site.file("it.vtt", File::new("text/vtt", WORDS));
    let cookies = Cookies::read(b"127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tneedle\n", false).unwrap();
    case.request.access = Granted::with_cookies(cookies.write(&case.request.staging).unwrap());
    let Beside { fetched, missing } = beside(&case, &[SidecarKind::Thumbnail, SidecarKind::Subtitles]).await;
    assert!(missing.is_empty(), "{missing:?}");
    let told: Vec<&str> = fetched.iter().map(|file| file.ending.as_str()).collect();
    assert_eq!(told, ["-thumb.jpg", ".en.vtt", ".it.vtt"]);
    let asked = case.requests_of_media();
    let times = |name: &str| {
        asked.iter().filter(|request| request.starts_with("GET") && request.contains(name)).count()
    };
    assert_eq!((times("picture.png"), times("it.vtt")), (1, 1), "{asked:?}");
}

// Nothing else of the job's folder, and nothing of another, comes into the library by it.
#[test]
fn only_what_was_fetched_beside_an_item_is_its_own() {
    let is_own = |name: &str, ending: &str| {
        let (kind, language) = (SidecarKind::Subtitles, None);
        FetchedSidecar { kind, language, name: name.to_owned(), ending: ending.to_owned() }.is_own()
    };
    assert!(is_own("beside.en-GB.vtt", ".en-GB.vtt") && is_own("beside.jpg", "-thumb.jpg"));
    for name in ["cookies.txt", "/etc/hosts", "../log.redb", "beside./../cookies.txt", ""] {
        assert!(!is_own(name, ".en.vtt"), "{name}");
    }
    for ending in ["", "en.vtt", "/../x.vtt", ".en/x.vtt"] {
        assert!(!is_own("beside.en.vtt", ending), "{ending}");
    }
}
