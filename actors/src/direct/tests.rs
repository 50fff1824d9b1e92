//! Files of sites with the faults that sites have.

use std::{
    io::Write as _,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use flate2::{Compression, write::GzEncoder};
use mediary_schema::{
    FailureClass,
    item::ItemSource,
    job::{Failure, Progress},
};
use tempfile::TempDir;
use tokio::sync::watch;

use super::{describe, fetch};
use crate::{
    net::{
        Net,
        tests::support::{HERE, Site, answer, net, ok},
    },
    process::Assignment,
};

struct Case {
    net: Net,
    site: Site,
    folder: TempDir,
}

impl Case {
    async fn of(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let (net, folder) = net(&[HERE]);
        Self { net, site: Site::start(answer).await, folder }
    }

    fn source(&self, path: &str) -> ItemSource {
        ItemSource { extractor: "generic".to_owned(), source_id: "1".to_owned(), url: self.site.url(path) }
    }

    /// The bytes of the file, its path and how much was there before.
    async fn fetch(&self, path: &str) -> Result<(Vec<u8>, PathBuf, u64), Failure> {
        let extracted = describe(&self.net, &self.source(path)).await?.expect("it is a file");
        let (progress, _) = watch::channel(Progress::default());
        let assignment = Assignment::default();
        let fetched = fetch(&self.net, &extracted, self.folder.path(), &assignment, &progress).await?;
        Ok((std::fs::read(&fetched.path).unwrap(), fetched.path, fetched.resumed_bytes))
    }
}

fn is_head(request: &str) -> bool {
    request.starts_with("HEAD")
}

/// Bytes of a mp3 as far as its first ones go.
fn sound(length: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..length as u32).flat_map(u32::to_le_bytes).take(length).collect();
    bytes[..3].copy_from_slice(b"ID3");
    bytes
}

// Field 17.
#[tokio::test]
async fn what_head_says_is_only_a_hint() {
    for head in [
        answer("405 Method Not Allowed", "", ""),
        answer("403 Forbidden", "", ""),
        answer("500 Internal Server Error", "", ""),
        ok("Content-Type: text/html\r\n", ""),
        ok("Content-Type: audio/mpeg\r\n", ""),
        ok("Content-Type: application/octet-stream\r\n", ""),
        b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 7\r\n\r\n".to_vec(),
    ] {
        let said = String::from_utf8_lossy(&head).into_owned();
        let case =
            Case::of(move |request| if is_head(request) { head.clone() } else { ok("", sound(300_000)) })
                .await;
        let (bytes, path, _) =
            case.fetch("/ep.mp3?x=1").await.unwrap_or_else(|failure| panic!("{said}: {failure:?}"));
        assert!(bytes == sound(300_000), "{said}");
        assert_eq!(path, case.folder.path().join("media.mp3"));
    }
}

#[tokio::test]
async fn a_page_is_left_to_who_knows_pages() {
    let case = Case::of(|_| ok("Content-Type: text/html\r\n", "<html>")).await;
    for path in ["/watch", "/ep.mp3"] {
        assert_eq!(describe(&case.net, &case.source(path)).await, Ok(None), "{path}");
    }
    let known = ItemSource { extractor: "youtube".to_owned(), ..case.source("/ep.mp3") };
    assert_eq!(describe(&case.net, &known).await, Ok(None));
    let ordered = case.source("/ep.mp3#__youtubedl_smuggle=x");
    assert_eq!(describe(&case.net, &ordered).await, Ok(None));
}

// Field 11.
#[tokio::test]
async fn a_radio_station_is_not_begun() {
    let case =
        Case::of(|_| b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nicy-name: One\r\n\r\n".to_vec()).await;
    let failure = describe(&case.net, &case.source("/live")).await.unwrap_err();
    assert_eq!(
        (failure.class, failure.message.as_str()),
        (FailureClass::TooLarge, "it is a radio station, which never ends")
    );
}

#[tokio::test]
async fn a_refusal_keeps_its_class() {
    for (status, class) in
        [(404, FailureClass::NotFound), (429, FailureClass::RateLimit), (500, FailureClass::Network)]
    {
        let case = Case::of(move |_| answer(&format!("{status} No"), "", "")).await;
        let failure = describe(&case.net, &case.source("/ep.mp3")).await.unwrap_err();
        assert_eq!(failure.class, class, "{status}");
    }
}

#[tokio::test]
async fn a_packed_file_is_unpacked() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&sound(200_000)).unwrap();
    let packed = gzip.finish().unwrap();
    let case = Case::of(move |_| ok("Content-Type: audio/mpeg\r\nContent-Encoding: gzip\r\n", &packed)).await;
    assert!(case.fetch("/ep").await.unwrap().0 == sound(200_000));
}

/// A site that breaks off at `at` of its first answer, and then says `headers` to whoever asks for the rest.
async fn breaking(at: usize, rest: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Case {
    let asked = Arc::new(AtomicU32::new(0));
    Case::of(move |request| {
        let whole = sound(400_000);
        if is_head(request) {
            return b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 400000\r\n\r\n".to_vec();
        }
        match asked.fetch_add(1, Ordering::SeqCst) {
            0 => {
                let mut answer = ok("ETag: \"one\"\r\n", &whole);
                answer.truncate(answer.len() - whole.len() + at);
                answer
            }
            _ => rest(request),
        }
    })
    .await
}

fn from(request: &str) -> Option<usize> {
    let range = request.lines().find_map(|line| line.strip_prefix("range: bytes="))?;
    Some(range.trim_end_matches('-').parse().unwrap())
}

fn part(bytes: &[u8], from: usize, tag: &str) -> Vec<u8> {
    let range = format!("Content-Range: bytes {from}-{}/{}\r\n", bytes.len() - 1, bytes.len());
    answer("206 Partial Content", &format!("{range}ETag: \"{tag}\"\r\n"), &bytes[from..])
}

#[tokio::test]
async fn a_break_is_gone_on_with_and_the_condition_is_said() {
    let case = breaking(300_000, |request| {
        assert!(request.contains("if-range: \"one\""), "{request}");
        part(&sound(400_000), from(request).expect("the rest is asked for"), "one")
    })
    .await;
    let (bytes, _, resumed_bytes) = case.fetch("/ep.mp3").await.unwrap();
    assert!(bytes == sound(400_000));
    assert!(resumed_bytes > 200_000 && resumed_bytes <= 300_000, "{resumed_bytes}");
}

#[tokio::test]
async fn what_differs_where_the_parts_meet_is_another_file() {
    // The same tag and the same length: only the bytes tell.
    let other: Vec<u8> = sound(400_000).iter().map(|byte| byte ^ 1).collect();
    let whole = other.clone();
    let case = breaking(300_000, move |request| match from(request) {
        Some(from) => part(&other, from, "one"),
        None => ok("ETag: \"one\"\r\n", &other),
    })
    .await;
    let (bytes, _, resumed_bytes) = case.fetch("/ep.mp3").await.unwrap();
    assert!(bytes == whole);
    assert_eq!(resumed_bytes, 0);
}

#[tokio::test]
async fn a_part_of_another_file_or_another_place_is_not_taken() {
    for lie in ["tag", "place"] {
        let case = breaking(300_000, move |request| match from(request) {
            Some(from) if lie == "tag" => part(&sound(400_000), from, "two"),
            Some(from) => part(&sound(400_000), from + 1, "one"),
            None => ok("ETag: \"two\"\r\n", sound(400_000)),
        })
        .await;
        let (bytes, _, resumed_bytes) = case.fetch("/ep.mp3").await.unwrap();
        assert!(bytes == sound(400_000), "{lie}");
        assert_eq!(resumed_bytes, 0, "{lie}");
    }
}

#[tokio::test]
async fn who_breaks_off_each_time_at_the_same_place_is_given_up() {
    let case = breaking(300_000, |_| {
        let mut answer = ok("ETag: \"one\"\r\n", sound(400_000));
        answer.truncate(300_000);
        answer
    })
    .await;
    let failure = case.fetch("/ep.mp3").await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Network);
    assert!(failure.partial > 200_000, "what is there is kept: {failure:?}");
}

// A feed that moved to another address: what is there of the file is one of the old address, and whole.
#[tokio::test]
async fn what_one_address_sent_is_not_taken_for_what_another_would() {
    let of = |request: &str| if request.contains("/first.mp3") { sound(400_000) } else { vec![7; 400_000] };
    let case = Case::of(move |request| {
        let bytes = of(request);
        let answer = ok("ETag: \"one\"\r\nContent-Type: audio/mpeg\r\n", &bytes);
        if is_head(request) { answer[..answer.len() - bytes.len()].to_vec() } else { answer }
    })
    .await;
    assert!(case.fetch("/first.mp3").await.unwrap().0 == sound(400_000));
    let (bytes, _, resumed_bytes) = case.fetch("/second.mp3").await.unwrap();
    assert!(bytes == vec![7; 400_000], "the same tag and the same length");
    assert_eq!(resumed_bytes, 0);
}
