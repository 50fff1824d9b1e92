use std::{
    convert::Infallible,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    routing::get,
};
use futures::stream;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{Options, Tls, TlsError, serve};

const PATIENCE: Duration = Duration::from_secs(20);

struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Server {
    async fn start(options: Options) -> Self {
        Self::start_with(options, None).await
    }

    async fn start_with(options: Options, tls: Option<Tls>) -> Self {
        let routes = Router::new()
            .route("/", get(async || "here\n"))
            .route("/endless", get(endless))
            .route("/held", get(async || std::future::pending::<&'static str>().await));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { serve(listener, routes, options, tls, stopped).await.unwrap() });
        Self { address, stop, tasks }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Asks on a connection of its own; answers all that comes.
    async fn ask(&self) -> String {
        let mut wire = self.connect().await;
        wire.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        rest(&mut wire).await
    }
}

async fn endless() -> Body {
    let piece = Bytes::from(vec![b'a'; 64 << 10]);
    Body::from_stream(stream::repeat_with(move || Ok::<_, Infallible>(piece.clone())))
}

async fn rest(wire: &mut TcpStream) -> String {
    let mut text = String::new();
    // A reset is an end, too.
    timeout(PATIENCE, wire.read_to_string(&mut text)).await.expect("the connection stays open").ok();
    text
}

// blackbox 4: three thousand silent connections lock nobody out.
// invariant: E-10
#[tokio::test]
async fn silent_connections_lock_nobody_out() {
    let options = Options { connections_max: 8, connections_per_peer_max: 8, ..Options::default() };
    let server = Server::start(options).await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(server.connect().await);
        assert!(server.ask().await.ends_with("here\n"));
    }
    assert_eq!(rest(&mut silent[0]).await, "", "the oldest made room");
}

// What is being answered keeps its place; then whoever comes is told nothing at all.
// invariant: E-10
#[tokio::test]
async fn a_connection_that_is_answered_keeps_its_place() {
    let options = Options { connections_max: 2, connections_per_peer_max: 2, ..Options::default() };
    let server = Server::start(options).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut wire = server.connect().await;
        wire.write_all(b"GET /held HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        held.push(wire);
    }
    // Both heads are read before the third comes, or the third makes one of them go.
    let mut refused = 0;
    for _ in 0..10 {
        refused += usize::from(server.ask().await.is_empty());
    }
    assert!(refused >= 8, "only a head that was still on its way can make room: {refused}");
}

// invariant: E-10
#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let options = Options { header_timeout: Duration::from_millis(100), ..Options::default() };
    let server = Server::start(options).await;
    let mut silent = server.connect().await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ").await.unwrap();
    let mut kept = server.connect().await;
    kept.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert_eq!(rest(&mut silent).await, "");
    assert!(!rest(&mut slow).await.contains("200 OK"));
    assert!(rest(&mut kept).await.ends_with("here\n"), "it is answered, and then has no second request");
}

// A client that asks for much and reads nothing has a place only for as long as it may write nothing.
// invariant: E-10
#[tokio::test]
async fn a_client_that_does_not_read_gives_its_place_back() {
    let options = Options {
        connections_max: 1,
        connections_per_peer_max: 1,
        write_timeout: Duration::from_secs(2),
        ..Options::default()
    };
    let server = Server::start(options).await;
    let mut deaf = server.connect().await;
    deaf.write_all(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // Once the answer begins, the place is not given away.
    deaf.read_u8().await.unwrap();
    assert_eq!(server.ask().await, "");
    let answered = async { while !server.ask().await.ends_with("here\n") {} };
    timeout(PATIENCE, answered).await.expect("the place is never given back");
}

#[tokio::test]
async fn what_is_idle_ends_when_the_server_stops() {
    let mut server = Server::start(Options::default()).await;
    let mut idle = server.connect().await;
    assert!(server.ask().await.ends_with("here\n"));
    server.stop.send_replace(true);
    assert_eq!(rest(&mut idle).await, "");
    timeout(PATIENCE, server.tasks.join_next()).await.unwrap().unwrap().unwrap();
}

#[test]
fn a_process_with_few_files_takes_few_connections() {
    assert_eq!(Options::within_files(256).connections_max, 64);
    assert_eq!(Options::within_files(1 << 20).connections_max, 2_048);
    assert_eq!(Options::within_files(0).connections_max, 16);
}

/// A certificate of `localhost` and its key, made for these tests: nothing else trusts it.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/connections/tests").join(name)
}

fn tls() -> Tls {
    Tls::open(&file("certificate.pem"), &file("key.pem")).unwrap()
}

/// Asks by TLS; answers all that comes.
async fn ask_by_tls(server: &Server) -> String {
    trusting(server, "certificate.pem").await.unwrap()
}

/// Asks by TLS as one who trusts nothing but this certificate.
async fn trusting(server: &Server, certificate: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file(certificate)).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let name = "localhost".try_into().unwrap();
    let mut wire = connector.connect(name, server.connect().await).await?;
    wire.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, wire.read_to_string(&mut answer)).await.unwrap()?;
    Ok(answer)
}

// SE-05: whoever renews certificates writes them one after the other, and starts nothing anew.
#[tokio::test]
async fn a_renewed_certificate_is_spoken_with_as_soon_as_its_key_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    let put = |from: &str, to: &Path| {
        // As such programs do: beside it, and then in its place.
        let beside = to.with_extension("new");
        std::fs::copy(file(from), &beside).unwrap();
        std::fs::rename(beside, to).unwrap();
    };
    put("certificate.pem", &certificate);
    put("key.pem", &key);
    let tls = Tls::looking_always(&certificate, &key).unwrap();
    let server = Server::start_with(Options::default(), Some(tls)).await;
    assert!(trusting(&server, "renewed-certificate.pem").await.is_err());
    // What does not belong together, is none, or is not there, takes nothing away.
    put("renewed-certificate.pem", &certificate);
    assert!(ask_by_tls(&server).await.ends_with("here\n"), "it has no key yet");
    std::fs::write(&certificate, "no certificate").unwrap();
    assert!(ask_by_tls(&server).await.ends_with("here\n"), "it is none");
    std::fs::remove_file(&certificate).unwrap();
    assert!(ask_by_tls(&server).await.ends_with("here\n"), "it is gone");

    put("renewed-certificate.pem", &certificate);
    put("renewed-key.pem", &key);
    let answer = trusting(&server, "renewed-certificate.pem").await.unwrap();
    assert!(answer.ends_with("here\n"), "{answer}");
    assert!(trusting(&server, "certificate.pem").await.is_err(), "the one before is spoken with no more");
}

// SE-05: with a certificate TLS is spoken; on this machine plain HTTP goes on, for the command line.
#[tokio::test]
async fn with_a_certificate_tls_is_spoken_and_this_machine_may_do_without() {
    let server = Server::start_with(Options::default(), Some(tls())).await;
    assert!(server.ask().await.ends_with("here\n"));
    let answer = ask_by_tls(&server).await;
    assert!(answer.ends_with("here\n"), "{answer}");
}

// SE-13
#[tokio::test]
async fn whoever_comes_by_tls_is_told_to_come_by_it_alone() {
    const TOLD: &str = "\r\nstrict-transport-security: max-age=31536000\r\n";
    for has_hsts in [true, false] {
        let server = Server::start_with(Options::default(), Some(tls().with_hsts(has_hsts))).await;
        assert_eq!(ask_by_tls(&server).await.contains(TOLD), has_hsts);
        assert!(!server.ask().await.contains(TOLD), "RFC 6797, 7.2: never in the clear");
    }
}

// SE-05
#[tokio::test]
async fn plain_http_from_another_machine_is_told_to_come_with_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    assert!(tls().greet(stream, "192.0.2.1".parse().unwrap()).await.is_err());
    assert!(rest(&mut client).await.starts_with("HTTP/1.1 426 "));
}

#[test]
fn files_that_are_no_certificate_or_no_key_are_told_apart() {
    let (certificate, key) = (file("certificate.pem"), file("key.pem"));
    let missing = file("missing.pem");
    assert!(matches!(Tls::open(&missing, &key), Err(TlsError::Certificate { .. })));
    assert!(matches!(Tls::open(&certificate, &missing), Err(TlsError::Key { .. })));
    assert!(matches!(Tls::open(&certificate, &certificate), Err(TlsError::Key { .. })));
}
