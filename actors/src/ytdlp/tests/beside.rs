//! What lies beside an item: fetched where it is offered, told where it can't be had, and no reason to fail.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use mediary_schema::layout::SidecarKind;
use serde_json::json;
use tokio::time::timeout;

use super::{
    super::{Beside, Engine as _, FetchedSidecar},
    assignment,
    case::{Case, FILM, PATIENCE, make, noise, read},
    site::{File, Site},
};

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
    case.site.file("en.vtt", File::new("text/vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nwords\n"));
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
