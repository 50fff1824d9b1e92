//! What child processes get through the gateway.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    private::{ask, ask_and_say},
    support::{HERE, Site, answer, net, ok, options},
};
use crate::net::{Gateway, Net, Options, Request};

#[tokio::test]
async fn a_request_goes_on_as_it_came_without_what_is_for_the_gateway() {
    let site = Site::start(|_| ok("X: y\r\n", "body")).await;
    let (net, _folder) = net(&[HERE]);
    let gateway = Gateway::open(net).await.unwrap();
    let line = format!("GET {} HTTP/1.1", site.url("/a%20b?c='d'&&e;"));
    let answer = ask(&gateway, &line).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("body"), "{answer}");
    assert_eq!(site.heads(), ["GET /a%20b?c='d'&&e; HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"]);
}

#[tokio::test]
async fn a_tunnel_carries_whatever_is_spoken() {
    let site = Site::start(|_| ok("", "tunnelled")).await;
    let (net, _folder) = net(&[HERE]);
    let gateway = Gateway::open(net).await.unwrap();
    let line = format!("CONNECT {} HTTP/1.1", site.address);
    // What is said behind the head is for the other end.
    let answer = ask_and_say(&gateway, &line, "GET /through HTTP/1.1\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK"), "{answer}");
    assert!(answer.ends_with("tunnelled"), "{answer}");
    assert_eq!(site.heads(), ["GET /through HTTP/1.1\r\n\r\n"]);
}

#[tokio::test]
async fn without_the_password_nothing_goes_out() {
    let site = Site::start(|_| ok("", "")).await;
    let (net, _folder) = net(&[HERE]);
    let gateway = Gateway::open(net).await.unwrap();
    let (_, proxy) = gateway.variables().next().unwrap();
    let address = proxy.rsplit_once('@').unwrap().1.to_owned();
    for authorization in ["", "Proxy-Authorization: Basic bWVkaWFyeTo=\r\n"] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let request = format!("GET {} HTTP/1.1\r\n{authorization}\r\n", site.url("/"));
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 407"), "{answer}");
    }
    assert_eq!(site.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_host_that_asked_for_a_pause_is_left_alone_by_children_too() {
    let site = Site::start(|_| answer("429 Too Many Requests", "Retry-After: 100\r\n", "")).await;
    let (net, _folder) = net(&[HERE]);
    let gateway = Gateway::open(net.clone()).await.unwrap();
    net.send(Request::get(&site.url("/"))).await.unwrap();
    let answer = ask(&gateway, &format!("GET {} HTTP/1.1", site.url("/"))).await;
    assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("Retry-After: 99"), "{answer}");
    assert_eq!(site.lines().len(), 1);
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let (net, _folder) = net(&[HERE]);
    let gateway = Gateway::open(net).await.unwrap();
    for line in
        ["GET / HTTP/1.1", "GET ftp://a.example/ HTTP/1.1", "GET https://a.example/ HTTP/1.1", "nonsense"]
    {
        let answer = ask(&gateway, line).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{line}: {answer}");
    }
}

#[tokio::test]
async fn children_share_the_rate() {
    let site = Site::start(|_| ok("", vec![0; 200_000])).await;
    let folder = tempfile::tempdir().unwrap();
    let slow = Options { bytes_per_second: Some(1_000_000), ..options(folder.path(), &[HERE]) };
    let gateway = Gateway::open(Net::try_new(slow).unwrap()).await.unwrap();
    let begun = tokio::time::Instant::now();
    let line = format!("GET {} HTTP/1.1", site.url("/"));
    let answers = futures::future::join_all((0..3).map(|_| ask(&gateway, &line))).await;
    assert!(answers.iter().all(|answer| answer.len() > 200_000));
    // 600 kB at 1 MB/s, less what may pass at once: a bound from below, which no slow machine breaks.
    assert!(begun.elapsed().as_millis() > 450, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn it_closes_with_its_last_clone() {
    let (net, _folder) = net(&[HERE]);
    let gateway = Gateway::open(net).await.unwrap();
    let (_, proxy) = gateway.clone().variables().next().unwrap();
    let address = proxy.rsplit_once('@').unwrap().1.to_owned();
    TcpStream::connect(&address).await.unwrap();
    drop(gateway);
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
