//! A small site with faults, on a free port of the loopback.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

/// What the site has and how it behaves.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// Pages and feeds by path: content type and text.
    pub(super) pages: BTreeMap<String, (&'static str, String)>,
    /// Rows of the lists of the test extractor.
    pub(super) lists: BTreeMap<String, Vec<Value>>,
    /// What the test extractor says of its videos.
    pub(super) videos: BTreeMap<String, Value>,
    /// Files under `/media/`.
    pub(super) files: BTreeMap<String, File>,
    /// The page of every list that answers 503.
    pub(super) failing_page: Option<usize>,
    /// Every request as `METHOD path range`.
    pub(super) requests: Vec<String>,
}

/// A file and how it is served.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) bytes: Bytes,
    pub(super) content_type: &'static str,
    pub(super) etag: Option<&'static str>,
    /// Whether Range is understood.
    pub(super) ranges: bool,
    /// Answers this status to everything.
    pub(super) status: Option<StatusCode>,
    /// Breaks the connection at this byte of the file, so many times.
    pub(super) break_at: Option<(usize, u32)>,
    /// Waits this long before every chunk of 16 KiB.
    pub(super) chunk_delay: Duration,
    /// Bytes of it that were sent.
    pub(super) served: usize,
}

impl File {
    pub(super) fn new(content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        Self {
            bytes: bytes.into(),
            content_type,
            etag: Some("\"v1\""),
            ranges: true,
            status: None,
            break_at: None,
            chunk_delay: Duration::ZERO,
            served: 0,
        }
    }
}

type Shared = Arc<Mutex<Content>>;

/// The running site; it ends when it is dropped.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) base: String,
    content: Shared,
    _server: JoinSet<()>,
}

impl Site {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let content = Shared::default();
        let router = Router::new()
            .route("/api/{list}", any(api))
            .route("/video/{id}", any(video))
            .route("/media/{name}", any(media))
            .route("/status/{code}", any(status))
            .fallback(any(page))
            .with_state(Arc::clone(&content));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, content, _server: server }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(super) fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap()
    }

    pub(super) fn page(&self, path: &str, content_type: &'static str, text: impl Into<String>) {
        self.content().pages.insert(path.to_owned(), (content_type, text.into()));
    }

    pub(super) fn file(&self, name: &str, file: File) {
        self.content().files.insert(name.to_owned(), file);
    }

    /// A list of the test extractor with `count` rows.
    pub(super) fn list(&self, name: &str, count: usize) {
        let row = |number: usize| {
            let id = format!("v{number}");
            json!({"id": id, "title": format!("Video {number}"), "duration": 5, "url": self.url(&format!("/watch/{id}"))})
        };
        self.content().lists.insert(name.to_owned(), (1..=count).map(row).collect());
    }
}

async fn page(State(content): State<Shared>, method: Method, uri: http::Uri) -> Response {
    let mut content = content.lock().unwrap();
    content.requests.push(format!("{method} {uri}"));
    match content.pages.get(uri.path()) {
        Some((content_type, text)) => ([(header::CONTENT_TYPE, *content_type)], text.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn status(Path(code): Path<u16>) -> Response {
    let status = StatusCode::from_u16(code).unwrap();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return (status, [(header::RETRY_AFTER, "3600")]).into_response();
    }
    status.into_response()
}

async fn api(
    State(content): State<Shared>,
    Path(list): Path<String>,
    Query(query): Query<BTreeMap<String, usize>>,
) -> Response {
    const PAGE_SIZE: usize = 50;
    let page = query["page"];
    let mut content = content.lock().unwrap();
    content.requests.push(format!("page {page}"));
    if content.failing_page == Some(page) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let Some(rows) = content.lists.get(&list) else { return StatusCode::NOT_FOUND.into_response() };
    let rows: Vec<_> = rows.iter().skip(page * PAGE_SIZE).take(PAGE_SIZE).cloned().collect();
    axum::Json(json!({"entries": rows})).into_response()
}

async fn video(State(content): State<Shared>, Path(id): Path<String>) -> Response {
    match content.lock().unwrap().videos.get(&id) {
        Some(video) => axum::Json(video.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn media(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let asked = headers.get(header::RANGE).map(|range| range.to_str().unwrap().to_owned());
    let (file, break_at) = {
        let mut content = shared.lock().unwrap();
        content.requests.push(format!("{method} /media/{name} {}", asked.as_deref().unwrap_or("-")));
        let Some(file) = content.files.get_mut(&name) else { return StatusCode::NOT_FOUND.into_response() };
        (file.clone(), take_break(file, &method))
    };
    if let Some(status) = file.status {
        return status.into_response();
    }
    let length = file.bytes.len();
    let range = asked.filter(|_| file.ranges).map(|asked| parse_range(&asked, length));
    let mut response = Response::builder().header(header::CONTENT_TYPE, file.content_type);
    if let Some(etag) = file.etag {
        response = response.header(header::ETAG, etag);
    }
    let sent = match range {
        Some(None) => {
            response = response.header(header::CONTENT_RANGE, format!("bytes */{length}"));
            return response.status(StatusCode::RANGE_NOT_SATISFIABLE).body(Body::empty()).unwrap();
        }
        Some(Some(range)) => {
            let answer = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            response = response.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, answer);
            range
        }
        None => 0..length,
    };
    response = response.header(header::CONTENT_LENGTH, sent.len());
    let body = if method == Method::HEAD { Body::empty() } else { body(shared, name, file, sent, break_at) };
    response.body(body).unwrap()
}

fn take_break(file: &mut File, method: &Method) -> Option<usize> {
    let (at, times) = file.break_at.as_mut().filter(|_| method == Method::GET)?;
    *times = times.checked_sub(1)?;
    Some(*at)
}

/// None if nothing of the file is in the range.
fn parse_range(text: &str, length: usize) -> Option<Range<usize>> {
    let (start, end) = text.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    let start = start.parse().unwrap();
    let end = end.parse().map_or(length, |last: usize| (last + 1).min(length));
    (start < end).then_some(start..end)
}

fn body(shared: Shared, name: String, file: File, range: Range<usize>, break_at: Option<usize>) -> Body {
    const CHUNK: usize = 16 << 10;
    let chunks = range.clone().step_by(CHUNK).map(move |start| start..(start + CHUNK).min(range.end));
    let chunks = stream::iter(chunks).then(move |chunk| {
        let (shared, name, file) = (Arc::clone(&shared), name.clone(), file.clone());
        async move {
            if break_at.is_some_and(|at| chunk.end > at) {
                return Err(std::io::Error::other("the connection breaks here"));
            }
            if !file.chunk_delay.is_zero() {
                tokio::time::sleep(file.chunk_delay).await;
            }
            shared.lock().unwrap().files.get_mut(&name).unwrap().served += chunk.len();
            Ok(file.bytes.slice(chunk))
        }
    });
    Body::from_stream(chunks)
}
