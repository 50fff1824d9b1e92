//! A publisher of feeds who answers, byte for byte, what a test says.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{
    Random,
    malice::{Mischief, drip},
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

/// What its connections share.
#[derive(Debug, Clone, Default)]
struct Shared {
    pages: Arc<Mutex<Pages>>,
    asked: Arc<Mutex<Vec<String>>>,
    /// What its mischief is drawn from, while it means no good.
    malice: Arc<Mutex<Option<Random>>>,
}

/// The publisher, on a free port of loopback until it is dropped.
#[derive(Debug)]
pub struct Publisher {
    address: SocketAddr,
    shared: Shared,
    _serving: JoinSet<()>,
}

impl Publisher {
    /// Begins to publish; what nobody put there is answered 404.
    pub async fn start() -> Self {
        Self::start_at([127, 0, 0, 1]).await
    }

    /// The same, at another address of loopback: another host to whoever counts hosts.
    pub async fn start_at(host: [u8; 4]) -> Self {
        let listener = TcpListener::bind((IpAddr::from(host), 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shared, mut serving) = (Shared::default(), JoinSet::new());
        let answering = shared.clone();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let shared = answering.clone();
                // Whoever has enough goes away in the middle.
                connections.spawn(async move { drop(shared.answer(stream).await) });
            }
        });
        Self { address, shared, _serving: serving }
    }

    /// From now on half of all answers are refused, cut, or not what was asked for, as this draws it.
    pub fn turn_hostile(&self, random: Random) {
        *self.shared.malice.lock().unwrap() = Some(random);
    }

    /// Answers as it should from now on.
    pub fn make_peace(&self) {
        *self.shared.malice.lock().unwrap() = None;
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
        self.shared.asked.lock().unwrap().clone()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.shared.pages.lock().unwrap()
    }
}

/// What was asked.
#[derive(Debug)]
struct Request {
    method: String,
    path: String,
    /// The first byte that is wanted, if not all are.
    from: Option<usize>,
}

impl Request {
    async fn read(stream: &mut TcpStream) -> io::Result<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut words = head.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let range = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let from = value.strip_prefix("bytes=")?.split('-').next()?;
            name.eq_ignore_ascii_case("range").then(|| from.parse().ok())?
        });
        Ok(Self { method, path, from: range })
    }
}

impl Shared {
    async fn answer(self, mut stream: TcpStream) -> io::Result<()> {
        let request = Request::read(&mut stream).await?;
        self.asked.lock().unwrap().push(format!("{} {}", request.method, request.path));
        let found = self.pages.lock().unwrap().get(&request.path).cloned();
        let page = found.unwrap_or_else(|| Page::of(404, "text/plain", ""));
        let mischief = self.malice.lock().unwrap().as_mut().map(Mischief::drawn);
        page.send(&mut stream, &request, mischief).await?;
        stream.shutdown().await
    }
}

impl Page {
    async fn send(
        mut self,
        stream: &mut TcpStream,
        request: &Request,
        mischief: Option<Mischief>,
    ) -> io::Result<()> {
        match mischief {
            Some(Mischief::Refused) => self = Self::of(503, "text/plain", "Later"),
            Some(Mischief::LoginPage) => {
                self = Self::of(200, "text/html", "<!doctype html><title>Log in</title><form></form>");
            }
            Some(Mischief::Half) if !self.is_media() => self.bytes.truncate(self.bytes.len() / 2),
            _ => {}
        }
        let all = self.bytes.len();
        let is_part = self.status == 200 && self.is_media() && mischief != Some(Mischief::Whole);
        let from = request.from.filter(|from| is_part && *from < all).map(|from| match mischief {
            Some(Mischief::OtherPart) => 0,
            _ => from,
        });
        let body = &self.bytes[from.unwrap_or(0)..];
        let status = if from.is_some() { 206 } else { self.status };
        let mut head = vec![
            format!("HTTP/1.1 {status} Status"),
            format!("Content-Type: {}", self.content_type),
            "Connection: close".to_owned(),
        ];
        if !self.is_endless {
            head.push(format!("Content-Length: {}", body.len()));
        }
        if self.status == 503 {
            head.push("Retry-After: 1".to_owned());
        }
        if self.is_media() {
            let hash = blake3::hash(&self.bytes).to_hex();
            head.extend(["Accept-Ranges: bytes".to_owned(), format!("ETag: \"{hash}\"")]);
        }
        if let Some(from) = from {
            head.push(format!("Content-Range: bytes {from}-{}/{all}", all - 1));
        }
        let head = format!("{}\r\n\r\n", head.join("\r\n"));
        stream.write_all(head.as_bytes()).await?;
        if request.method == "HEAD" {
            return Ok(());
        }
        match mischief {
            Some(Mischief::Cut) => drip(stream, &body[..body.len() / 2]).await,
            Some(_) => drip(stream, body).await,
            _ if self.is_endless => loop {
                stream.write_all(body).await?;
            },
            _ => stream.write_all(body).await,
        }
    }

    /// Whether it can be asked for in parts.
    fn is_media(&self) -> bool {
        !self.is_endless
            && (self.content_type.starts_with("audio/") || self.content_type.starts_with("video/"))
    }
}
