//! A publisher of feeds who answers, byte for byte, what a test says.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// What there is, by path and query as they are asked for: a status, a type and the bytes.
type Pages = BTreeMap<String, (u16, &'static str, Vec<u8>)>;

/// The publisher, on a free port of loopback until it is dropped.
#[derive(Debug)]
pub struct Publisher {
    address: SocketAddr,
    pages: Arc<Mutex<Pages>>,
    asked: Arc<Mutex<Vec<String>>>,
    _serving: JoinSet<()>,
}

impl Publisher {
    /// Begins to publish; what nobody put there is answered 404.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (pages, asked) = (Arc::<Mutex<Pages>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let mut serving = JoinSet::new();
        let shared = (Arc::clone(&pages), Arc::clone(&asked));
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(answer(stream, Arc::clone(&shared.0), Arc::clone(&shared.1)));
            }
        });
        Self { address, pages, asked, _serving: serving }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Host and port.
    pub fn origin(&self) -> SocketAddr {
        self.address
    }

    /// Publishes something, or something else, at a path.
    pub fn put(&self, path: &str, content_type: &'static str, bytes: impl Into<Vec<u8>>) {
        self.pages().insert(path.to_owned(), (200, content_type, bytes.into()));
    }

    /// Refuses a path from now on.
    pub fn forbid(&self, path: &str) {
        self.pages().insert(path.to_owned(), (403, "text/plain", b"Expired URL".to_vec()));
    }

    /// A feed of RSS with this inside its channel.
    pub fn put_feed(&self, path: &str, title: &str, items: &str) {
        let feed = format!(
            "<?xml version='1.0'?><rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>"
        );
        self.put(path, "application/rss+xml", feed);
    }

    /// Paths that were asked for, each with its method.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap()
    }
}

async fn answer(mut stream: TcpStream, pages: Arc<Mutex<Pages>>, asked: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    asked.lock().unwrap().push(format!("{method} {path}"));
    let found = pages.lock().unwrap().get(path).cloned();
    let (status, content_type, bytes) = found.unwrap_or((404, "text/plain", Vec::new()));
    let length = bytes.len();
    let head = format!(
        "HTTP/1.1 {status} Status\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let body = if method == "HEAD" { &[][..] } else { &bytes };
    // Whoever has enough goes away in the middle.
    if stream.write_all(&[head.as_bytes(), body].concat()).await.is_ok() {
        drop(stream.shutdown().await);
    }
}
