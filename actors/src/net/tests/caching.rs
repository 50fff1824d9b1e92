//! Answers that are kept on disk.

use std::{
    io::{Read as _, Write as _},
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use mediary_schema::{FailureClass, job::Failure};

use super::support::{HERE, Site, answer, net, ok, options};
use crate::net::{Cached, Net, Options, Wanted};

const ANY: Wanted = Wanted { bytes_max: 1 << 20, fits: |_, _| true };

fn text(kept: Cached) -> String {
    let Cached { mut file, .. } = kept;
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    text
}

async fn kept(net: &Net, url: &str) -> Result<(String, bool), Failure> {
    let kept = net.cached(url, ANY).await?.unwrap();
    let is_unchanged = kept.is_unchanged;
    Ok((text(kept), is_unchanged))
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let site = Site::start(|head| {
        let head = head.to_lowercase();
        if head.contains("if-none-match: \"one\"") {
            answer("304 Not Modified", "", "")
        } else {
            ok("ETag: \"one\"\r\nContent-Encoding: gzip\r\n", packed(b"the feed"))
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let url = site.url("/feed");
    for (round, is_unchanged) in [false, true, true].into_iter().enumerate() {
        // A start in between changes nothing.
        let net = Net::try_new(options(folder.path(), &[HERE])).unwrap();
        assert_eq!(kept(&net, &url).await.unwrap(), ("the feed".to_owned(), is_unchanged), "{round}");
    }
    std::fs::remove_dir_all(folder.path()).unwrap();
    let net = Net::try_new(options(folder.path(), &[HERE])).unwrap();
    assert_eq!(
        kept(&net, &url).await.unwrap(),
        ("the feed".to_owned(), false),
        "a lost cache costs time only"
    );
}

#[tokio::test]
async fn a_new_answer_takes_the_place_of_the_old_one() {
    let count = std::sync::atomic::AtomicU32::new(0);
    let site = Site::start(move |_| {
        let count = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        ok(&format!("ETag: \"{count}\"\r\n"), format!("answer {count}"))
    })
    .await;
    let (net, folder) = net(&[HERE]);
    for expected in ["answer 0", "answer 1", "answer 2"] {
        assert_eq!(kept(&net, &site.url("/")).await.unwrap(), (expected.to_owned(), false));
    }
    let bodies = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(bodies.filter(|name| name.to_string_lossy().ends_with(".body")).count(), 1);
}

#[tokio::test]
async fn an_answer_of_another_kind_ends_at_its_first_bytes() {
    let site = Site::start(|_| ok("Content-Type: video/mp4\r\nETag: \"x\"\r\n", vec![0; 32 << 20])).await;
    let (net, folder) = net(&[HERE]);
    let wanted = Wanted {
        bytes_max: 64 << 20,
        fits: |content_type, head| {
            assert_eq!((content_type, head.len()), (Some("video/mp4"), Wanted::HEAD_BYTES));
            false
        },
    };
    assert!(net.cached(&site.url("/"), wanted).await.unwrap().is_none());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing of it stays");
}

#[tokio::test]
async fn nothing_is_taken_in_without_a_bound() {
    let site = Site::start(|head| {
        if head.contains("/bomb") {
            ok("Content-Encoding: gzip\r\n", packed(&vec![0; 8 << 20]))
        } else {
            ok("", vec![b'x'; 2 << 20])
        }
    })
    .await;
    let (net, folder) = net(&[HERE]);
    for path in ["/long", "/bomb"] {
        let failure = kept(&net, &site.url(path)).await.unwrap_err();
        assert_eq!(
            (failure.class, failure.message.as_str()),
            (FailureClass::Unsupported, "the answer has more than 1048576 bytes")
        );
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn what_is_not_whole_is_not_kept() {
    let half = packed(b"the whole feed")[..20].to_vec();
    let site = Site::start(move |head| {
        if head.contains("/half") {
            b"HTTP/1.1 200 OK\r\nETag: \"x\"\r\nContent-Length: 10\r\n\r\nhalf".to_vec()
        } else {
            ok("ETag: \"x\"\r\nContent-Encoding: gzip\r\n", &half)
        }
    })
    .await;
    let (net, folder) = net(&[HERE]);
    let failure = kept(&net, &site.url("/half")).await.unwrap_err();
    assert_eq!(
        (failure.class, failure.message.as_str()),
        (FailureClass::Network, "the answer of the source broke off")
    );
    let failure = kept(&net, &site.url("/packed")).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unsupported, "{}", failure.message);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_refusal_is_a_failure_with_its_class() {
    let site = Site::start(|head| {
        let status = head.split(['/', ' ']).nth(2).unwrap();
        answer(&format!("{status} No"), "Retry-After: 7\r\n", "")
    })
    .await;
    for (status, class, pause) in [
        (404, FailureClass::NotFound, Some(7000)),
        (403, FailureClass::Forbidden, Some(7000)),
        (500, FailureClass::Network, Some(7000)),
        (503, FailureClass::RateLimit, Some(7000)),
        (418, FailureClass::Unsupported, None),
    ] {
        let (net, _folder) = net(&[HERE]);
        let failure = kept(&net, &site.url(&format!("/{status}"))).await.unwrap_err();
        assert_eq!((failure.class, failure.retry_after_ms), (class, pause), "{status}: {}", failure.message);
    }
}

#[tokio::test]
async fn what_was_used_longest_ago_makes_room() {
    let site = Site::start(|head| {
        let path = head.split(' ').nth(1).unwrap();
        if head.to_lowercase().contains("if-none-match") {
            answer("304 Not Modified", "", "")
        } else {
            ok(&format!("ETag: \"{path}\"\r\n"), vec![b'x'; 1000])
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let net = Net::try_new(Options { cache_bytes_max: 2500, ..options(folder.path(), &[HERE]) }).unwrap();
    for (path, is_unchanged) in
        [("/a", false), ("/b", false), ("/a", true), ("/c", false), ("/a", true), ("/b", false)]
    {
        assert_eq!(kept(&net, &site.url(path)).await.unwrap().1, is_unchanged, "{path}");
        // Times of files have the tick of the kernel.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_somebody_else_read_is_passed_over_for_a_week_and_no_longer() {
    let (net, folder) = net(&[HERE]);
    let url = "http://a.example/list";
    assert!(!net.passes_over(url));
    net.pass_over(url);
    assert!(net.passes_over(url) && !net.passes_over("http://a.example/other"));
    let note = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let note = std::fs::File::options().write(true).open(note).unwrap();
    let noted = note.metadata().unwrap().modified().unwrap();
    let ago = |hours| note.set_modified(noted - Duration::from_hours(hours)).unwrap();
    // Looked at every day since.
    ago(6 * 24);
    net.pass_over(url);
    assert!(net.passes_over(url));
    ago(8 * 24);
    assert!(!net.passes_over(url));
    ago(6 * 24);
    net.pass_over(url);
    assert!(note.metadata().unwrap().modified().unwrap() < noted, "the week is not renewed");
}
