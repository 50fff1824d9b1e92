//! A proxy on loopback as people rent one: it wants a name and a password, leads wherever it is asked to, and remembers that.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use url::Url;

use super::error::{Error, Result};

/// A running proxy; gone when dropped, with all that goes through it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _serving: JoinSet<()>,
}

/// What the head of a request may have.
const HEAD_BYTES_MAX: usize = 64 << 10;

impl Proxy {
    /// Starts one on a free port of 127.0.0.1 for whoever says this name and password.
    pub async fn start(user: &str, password: &str) -> Result<Self> {
        let failed = |source| Error::Listen { port: 0, source };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let expected = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        let (expected, book) = (Arc::<str>::from(expected), Arc::clone(&asked));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (expected, book) = (Arc::clone(&expected), Arc::clone(&book));
                connections.spawn(async move {
                    if let Err(error) = lead(client, &expected, &book).await {
                        tracing::debug!(%error, "a connection of the sample proxy was cut");
                    }
                });
            }
        });
        Ok(Self { address, asked, _serving: serving })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first lines of what it led on, oldest first.
    pub fn led(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Leads one request to where it wants to, and everything behind it.
async fn lead(mut client: TcpStream, expected: &str, book: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut head = Vec::new();
    // Byte by byte: what stands behind the head is for the other end.
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD_BYTES_MAX {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let is_ours = |line: &&str| line.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("proxy-"));
    let said = head.lines().filter(is_ours).find_map(|line| Some(line.split_once(": ")?.1));
    if said != Some(expected) {
        let refused =
            b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        return client.write_all(refused).await;
    }
    let first = head.lines().next().unwrap_or_default().to_owned();
    book.lock().unwrap_or_else(PoisonError::into_inner).push(first.clone());
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if method == "CONNECT" {
        let mut server = TcpStream::connect(target).await?;
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        return copy_bidirectional(&mut client, &mut server).await.map(drop);
    }
    let malformed = |_| io::Error::other("a request has no whole address");
    let url = Url::parse(target).map_err(malformed)?;
    let host = url.host_str().unwrap_or_default();
    let mut server = TcpStream::connect((host, url.port_or_known_default().unwrap_or(80))).await?;
    let path = target.splitn(4, '/').nth(3).unwrap_or_default();
    let mut request = format!("{method} /{path} HTTP/1.1\r\n");
    for line in head.lines().skip(1).filter(|line| !line.is_empty() && !is_ours(line)) {
        if !line.to_ascii_lowercase().starts_with("connection:") {
            request.push_str(line);
            request.push_str("\r\n");
        }
    }
    request.push_str("Connection: close\r\n\r\n");
    server.write_all(request.as_bytes()).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}
