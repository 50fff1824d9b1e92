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

/// What there is, by path and query as they are asked for.
type Pages = BTreeMap<String, Page>;

/// One of them.
#[derive(Debug, Clone)]
struct Page {
    status: u16,
    content_type: &'static str,
    bytes: Vec<u8>,
    /// Whether the bytes are sent again and again, as a broadcast does.
    is_endless: bool,
}

impl Page {
    fn of(status: u16, content_type: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type, bytes: bytes.into(), is_endless: false }
    }
}

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
        self.pages().insert(path.to_owned(), Page::of(200, content_type, bytes));
    }

    /// Publishes a broadcast: these bytes again and again, without a length.
    pub fn put_endless(&self, path: &str, content_type: &'static str, bytes: impl Into<Vec<u8>>) {
        let page = Page { is_endless: true, ..Page::of(200, content_type, bytes) };
        self.pages().insert(path.to_owned(), page);
    }

    /// Refuses a path from now on.
    pub fn forbid(&self, path: &str) {
        self.pages().insert(path.to_owned(), Page::of(403, "text/plain", "Expired URL"));
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
    let Page { status, content_type, bytes, is_endless } =
        found.unwrap_or_else(|| Page::of(404, "text/plain", ""));
    let length = if is_endless { String::new() } else { format!("Content-Length: {}\r\n", bytes.len()) };
    let head = format!(
        "HTTP/1.1 {status} Status\r\nContent-Type: {content_type}\r\n{length}Connection: close\r\n\r\n"
    );
    let body = if method == "HEAD" { &[][..] } else { &bytes };
    if is_endless && method != "HEAD" && stream.write_all(head.as_bytes()).await.is_ok() {
        while stream.write_all(&bytes).await.is_ok() {}
        return;
    }
    // Whoever has enough goes away in the middle.
    if stream.write_all(&[head.as_bytes(), body].concat()).await.is_ok() {
        drop(stream.shutdown().await);
    }
}
