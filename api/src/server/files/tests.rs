use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use mediary_schema::file::OpenedFile;

use super::{
    answer::{Sent, Turn, Version},
    kind::disposition,
};

/// Ten bytes, written at the first second of 2026.
fn ten(path: &str) -> Sent {
    let known = OpenedFile {
        path: path.to_owned(),
        blake3: "ab".repeat(32),
        size_bytes: 10,
        modified_ms: 1_767_225_600_500,
    };
    Sent {
        media_type: "video/mp4",
        disposition: disposition(true, path),
        is_for_all: false,
        version: Version::of(&known, ""),
        size_bytes: 10,
    }
}

const WRITTEN: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
const BEFORE: &str = "Wed, 31 Dec 2025 23:59:59 GMT";

fn tag() -> String {
    format!("\"{}-{:x}\"", "ab".repeat(16), 1_767_225_600_500_i64)
}

fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
}

/// The status of an answer, and which bytes come with it.
fn answered(pairs: &[(HeaderName, &str)]) -> (u16, Option<(u64, u64)>) {
    match ten("a.mp4").turn(&headers(pairs)) {
        Turn::Head(head) => (head.status().as_u16(), None),
        Turn::Bytes { from, length, head } => (head.status().as_u16(), Some((from, length))),
    }
}

// DL-11.
#[test]
fn a_range_is_sent_as_a_part_and_one_that_is_not_there_is_refused_with_the_size() {
    assert_eq!(answered(&[]), (200, Some((0, 10))));
    assert_eq!(answered(&[(header::RANGE, "bytes=2-4")]), (206, Some((2, 3))));
    assert_eq!(answered(&[(header::RANGE, "bytes=0-1,4-5")]), (200, Some((0, 10))));
    let Turn::Bytes { head, .. } = ten("a.mp4").turn(&headers(&[(header::RANGE, "bytes=-3")])) else {
        panic!()
    };
    assert_eq!(head.headers()[header::CONTENT_RANGE], "bytes 7-9/10");
    assert_eq!(head.headers()[header::CONTENT_LENGTH], "3");
    let Turn::Head(head) = ten("a.mp4").turn(&headers(&[(header::RANGE, "bytes=10-")])) else { panic!() };
    assert_eq!(head.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(head.headers()[header::CONTENT_RANGE], "bytes */10");
}

#[test]
fn what_a_client_has_is_not_sent_again_and_bytes_of_two_versions_are_never_mixed() {
    let (part, tag) = ((header::RANGE, "bytes=2-4"), tag());
    assert_eq!(answered(&[(header::IF_NONE_MATCH, &format!("\"x\", {tag}"))]), (304, None));
    assert_eq!(answered(&[(header::IF_NONE_MATCH, "\"x\""), (header::IF_MODIFIED_SINCE, WRITTEN)]).0, 200);
    assert_eq!(answered(&[(header::IF_MODIFIED_SINCE, WRITTEN)]), (304, None));
    assert_eq!(answered(&[(header::IF_MODIFIED_SINCE, BEFORE)]).0, 200);
    for (known, status) in
        [(tag.as_str(), 206), (WRITTEN, 206), ("\"x\"", 200), (BEFORE, 200), ("W/\"x\"", 200)]
    {
        assert_eq!(answered(&[part.clone(), (header::IF_RANGE, known)]).0, status, "{known}");
    }
    assert_eq!(answered(&[(header::IF_MATCH, &tag)]).0, 200);
    assert_eq!(answered(&[(header::IF_MATCH, &format!("W/{tag}"))]).0, 412);
    assert_eq!(answered(&[(header::IF_UNMODIFIED_SINCE, BEFORE)]).0, 412);
}

// SE-13: whatever is in a file, it runs nothing where our page is at home.
#[test]
fn nothing_that_is_sent_is_more_than_a_medium() {
    let Turn::Bytes { head, .. } = ten("a.mp4").turn(&HeaderMap::new()) else { panic!() };
    let head = head.headers();
    assert_eq!(head[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let policy = head[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none';") && policy.ends_with("; sandbox"), "{policy}");
    assert_eq!(head[header::CACHE_CONTROL], "private, no-cache");
    assert_eq!(head["cross-origin-resource-policy"], "same-origin");
}
