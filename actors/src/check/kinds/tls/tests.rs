use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use mediary_schema::check::Verdict;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::net::{Options, tests::support};

/// The certificate of the tests: for `localhost` and 127.0.0.1, by itself, from 2026-11-26 to 2126-11-02.
fn file(name: &str) -> PathBuf {
    let tests = "../api/src/server/connections/tests";
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(tests).join(name)
}

fn certificate() -> CertificateDer<'static> {
    CertificateDer::from_pem_file(file("certificate.pem")).unwrap()
}

/// A server that proves who it is by it, and says nothing more.
struct Server {
    address: SocketAddr,
    _serving: JoinSet<()>,
}

impl Server {
    async fn start(at: &str) -> Self {
        let key = PrivateKeyDer::from_pem_file(file("key.pem")).unwrap();
        let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind((at, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Whoever refuses the certificate goes away here.
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    drop(stream.read_to_end(&mut Vec::new()).await);
                }
            }
        });
        Self { address, _serving: serving }
    }
}

/// A client that knows the certificate, and one that knows what the system does.
fn nets(open: &[&str]) -> (Net, Net, TempDir) {
    let (knows_the_system, folder) = support::net(open);
    let mut authorities = RootCertStore::empty();
    authorities.add(certificate()).unwrap();
    let authorities = Some(Arc::new(authorities));
    let options = Options { authorities, ..support::options(folder.path(), open) };
    (Net::try_new(options).unwrap(), knows_the_system, folder)
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const HERE: &[&str] = &["127.0.0.0/8"];

#[tokio::test]
async fn a_certificate_is_valid_for_days_more_or_for_too_few() {
    let (net, _, _folder) = nets(HERE);
    let server = Server::start("127.0.0.1").await;
    let now = moment("2126-10-01T12:00:00Z");
    for (days_min, verdict) in [(31, Verdict::Ok), (32, Verdict::Failing)] {
        let found = look(&net, "127.0.0.1", server.address.port(), days_min, now).await;
        assert_eq!(found.verdict, verdict, "{}", found.message);
        let valid = "valid for 31 days more, until 2126-11-02, issued by localhost";
        assert!(found.message.starts_with(valid), "{}", found.message);
        assert_eq!(found.values, [Value::new("days_left", 31.0, "d")]);
    }
}

#[tokio::test]
async fn a_certificate_that_is_over_or_to_come_says_so() {
    let (net, _, _folder) = nets(HERE);
    let server = Server::start("127.0.0.1").await;
    for (now, says, days_left) in [
        ("2126-11-05T12:00:00Z", "expired 3 days ago, on 2126-11-02, issued by localhost", -4.0),
        ("2026-11-25T00:00:00Z", "valid from 2026-11-26 on, which is to come, issued by localhost", 36_501.0),
    ] {
        let found = look(&net, "127.0.0.1", server.address.port(), 0, moment(now)).await;
        assert_eq!((found.verdict, found.message.as_str()), (Verdict::Failing, says));
        assert_eq!(found.values, [Value::new("days_left", days_left, "d")]);
    }
}

#[tokio::test]
async fn a_certificate_of_somebody_else_says_whose_it_is() {
    let (net, _, _folder) = nets(HERE);
    let server = Server::start("127.0.0.2").await;
    let found = look(&net, "127.0.0.2", server.address.port(), 0, moment("2027-01-01T00:00:00Z")).await;
    assert_eq!(found.verdict, Verdict::Failing);
    let says = "not for 127.0.0.2, but for localhost, 127.0.0.1: valid for";
    assert!(found.message.starts_with(says), "{}", found.message);
}

#[tokio::test]
async fn a_chain_that_the_system_does_not_know_is_not_trusted() {
    let (knows_it, knows_the_system, _folder) = nets(HERE);
    let server = Server::start("127.0.0.1").await;
    let (port, now) = (server.address.port(), moment("2027-01-01T00:00:00Z"));
    // Known from before by the same machine is not known by everybody.
    assert_eq!(look(&knows_it, "127.0.0.1", port, 0, now).await.verdict, Verdict::Ok);
    let found = look(&knows_the_system, "127.0.0.1", port, 0, now).await;
    assert_eq!(found.verdict, Verdict::Failing);
    assert!(found.message.starts_with("the chain is not trusted, "), "{}", found.message);
    assert!(found.message.contains(": valid for 36464 days more"), "{}", found.message);
}

#[tokio::test]
async fn a_port_that_speaks_no_tls_is_failing_and_a_network_that_is_not_open_unknown() {
    let (net, _, _folder) = nets(HERE);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await);
            drop(stream.read_to_end(&mut Vec::new()).await);
        }
    });
    let now = moment("2027-01-01T00:00:00Z");
    let found = look(&net, "127.0.0.1", port, 0, now).await;
    assert_eq!(found.verdict, Verdict::Failing);
    assert!(found.message.contains("does not go over to TLS"), "{}", found.message);
    let (closed, _, _folder) = nets(&[]);
    let found = look(&closed, "127.0.0.1", port, 0, now).await;
    assert_eq!((found.verdict, found.reason), (Verdict::Unknown, Some(Reason::CouldNotRun)));
}
