//! Requests as a site gets them.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use http::{HeaderValue, header};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::support::{HERE, Site, answer, net, ok, options};
use crate::{
    net::{Error, Net, Options, Request, Unreachable},
    resource::{Budgets, Resources},
};

async fn text(net: &Net, url: &str) -> Result<String, Error> {
    let answer = net.send(Request::get(url)).await?;
    Ok(String::from_utf8(answer.body.whole(1 << 20).await?).unwrap())
}

// Field 07.
#[tokio::test]
async fn a_site_gets_the_address_as_it_was_given() {
    let site = Site::start(|_| ok("", "")).await;
    let (net, _folder) = net(&[HERE]);
    let asked = ["/?sig=a%20b", "/?sig=a+b%2Fc==", "/?raw", "/x(1)?n='it'&&p=a/b:c@d;e", "/%e4/../y"];
    for path in asked {
        text(&net, &site.url(path)).await.unwrap();
    }
    let lines = asked.map(|path| format!("GET {path} HTTP/1.1"));
    assert_eq!(site.lines(), lines);
}

// Field 17: podcasts go through hosts that count their listeners.
#[tokio::test]
async fn redirects_are_followed_to_the_end_and_circles_are_not() {
    let site = Site::start(|head| {
        let path = head.split(' ').nth(1).unwrap();
        match path.strip_prefix("/hop/").map(|hop| hop.parse::<u32>().unwrap()) {
            Some(0) => ok("", "there"),
            Some(hop) => answer("302 Found", &format!("Location: /hop/{}\r\n", hop - 1), ""),
            None => answer("301 Moved Permanently", &format!("Location: {path}\r\n"), ""),
        }
    })
    .await;
    let (net, _folder) = net(&[HERE]);
    let there = net.send(Request::get(&site.url("/hop/14"))).await.unwrap();
    assert_eq!(there.url, site.url("/hop/0"));
    assert_eq!(there.body.whole(10).await.unwrap(), b"there");
    let circle = text(&net, &site.url("/circle")).await.unwrap_err();
    assert!(matches!(circle, Error::Redirects { max: 20 }), "{circle}");
}

#[tokio::test]
async fn what_was_for_one_host_is_not_shown_to_another() {
    let second = Site::start(|_| ok("", "")).await;
    let location = second.url("/");
    let first =
        Site::start(move |_| answer("307 Temporary Redirect", &format!("Location: {location}\r\n"), ""))
            .await;
    let (net, _folder) = net(&[HERE]);
    let request =
        Request::get(&first.url("/")).header(header::AUTHORIZATION, HeaderValue::from_static("secret"));
    net.send(request).await.unwrap();
    assert!(first.heads()[0].contains("secret"));
    assert!(!second.heads()[0].contains("secret"), "{}", second.heads()[0]);
}

#[tokio::test]
async fn a_host_that_asked_for_a_pause_is_left_alone_also_after_a_restart() {
    let site = Site::start(|_| answer("429 Too Many Requests", "Retry-After: 3600\r\n", "")).await;
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let net = Net::try_new(options(folder.path(), &[HERE])).unwrap();
        if site.lines().is_empty() {
            assert_eq!(net.send(Request::get(&site.url("/"))).await.unwrap().status, 429);
        }
        let paused = net.send(Request::get(&site.url("/other"))).await.unwrap_err();
        let failure = paused.failure();
        assert!(failure.retry_after_ms.is_some_and(|left| left > 3_500_000), "{failure:?}");
    }
    assert_eq!(site.lines().len(), 1);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_told_from_one_that_ends() {
    let site = Site::start(|_| b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_vec()).await;
    let (net, _folder) = net(&[HERE]);
    assert!(matches!(text(&net, &site.url("/")).await, Err(Error::BrokeOff)));
}

#[tokio::test]
async fn a_closed_port_is_told_in_words() {
    let (net, _folder) = net(&[HERE]);
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let error = text(&net, &format!("http://{closed}/")).await.unwrap_err();
    assert_eq!(error.to_string(), "the source can't be reached: the connection was refused");
    let unknown = text(&net, "http://no-such-host.invalid/").await.unwrap_err();
    assert!(matches!(unknown, Error::Unreachable(Unreachable::NoSuchHost)), "{unknown:?}");
}

#[tokio::test]
async fn a_site_without_tls_is_not_trusted_with_https() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let plain = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        // What it was told is read, or the answer would be lost.
        let mut hello = vec![0; 64 << 10];
        assert!(stream.read(&mut hello).await.unwrap() > 0);
    };
    let (net, _folder) = net(&[HERE]);
    let (answer, ()) = tokio::join!(text(&net, &url), plain);
    let error = answer.unwrap_err();
    assert!(matches!(error, Error::Unreachable(Unreachable::Certificate { .. })), "{error:?}");
}

#[tokio::test]
async fn a_question_may_be_held_open_for_longer_than_an_answer_takes() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let held = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 64 << 10];
        assert!(stream.read(&mut head).await.unwrap() > 0);
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        stream.write_all(&ok("", "said")).await.unwrap();
    };
    let folder = tempfile::tempdir().unwrap();
    let answers_within = Duration::from_millis(600);
    let net = Net::try_new(Options { answers_within, ..options(folder.path(), &[HERE]) }).unwrap();
    let net = net.held_open(Duration::from_secs(30));
    let (answer, ()) = tokio::join!(text(&net, &url), held);
    assert_eq!(answer.unwrap(), "said");
}

// On several threads: the site holds one for as long as it answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_host_gets_no_more_connections_than_it_should() {
    static OPEN: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let site = Site::start(|_| {
        MOST.fetch_max(OPEN.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::park_timeout(Duration::from_millis(5));
        OPEN.fetch_sub(1, Ordering::SeqCst);
        ok("", "x")
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let resources = Resources::new(Budgets { host: 2, ..Budgets::default() });
    let few = Options { resources, ..options(folder.path(), &[HERE]) };
    let net = Net::try_new(few).unwrap();
    let url = site.url("/");
    let all = futures::future::join_all((0..10).map(|_| text(&net, &url))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(MOST.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_proxy_is_asked_for_all_but_opened_networks() {
    let proxy = Site::start(|head| {
        if head.starts_with("CONNECT") { answer("403 Forbidden", "", "") } else { ok("", "by proxy") }
    })
    .await;
    let near = Site::start(|_| ok("", "near")).await;
    let folder = tempfile::tempdir().unwrap();
    let upstream = format!("http://me:secret@{}", proxy.address).parse().unwrap();
    let net = Net::try_new(Options { upstream: Some(upstream), ..options(folder.path(), &[HERE]) }).unwrap();
    assert_eq!(text(&net, &near.url("/")).await.unwrap(), "near");
    assert!(!near.heads()[0].contains("roxy"), "{}", near.heads()[0]);
    assert_eq!(text(&net, "http://far.invalid/a?b='c'").await.unwrap(), "by proxy");
    let refused = text(&net, "https://far.invalid/").await.unwrap_err();
    assert_eq!(refused.to_string(), "the proxy refuses: 403 Forbidden");
    assert_eq!(
        proxy.lines(),
        ["GET http://far.invalid/a?b='c' HTTP/1.1", "CONNECT far.invalid:443 HTTP/1.1"]
    );
    assert!(proxy.heads().iter().all(|head| head.to_lowercase().contains("proxy-authorization: basic")));
    let private = text(&net, "http://10.0.0.1/").await.unwrap_err();
    assert_eq!(private.to_string(), "10.0.0.1 lies in a private network");
}
