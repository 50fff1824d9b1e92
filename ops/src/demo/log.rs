//! What the site was asked and what it sent: the other half of many tests.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    extract::Request,
    http::{HeaderName, header},
};
use serde::Serialize;
use tokio::{sync::watch, time::timeout};

/// Requests kept; a demo that runs for days must not grow.
const REQUESTS_MAX: usize = 50_000;

/// How an answer went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Still being sent.
    Running,
    /// Sent to its end.
    Complete,
    /// Cut off by a fault, or by the end of the site.
    Dropped,
    /// The client left before the end.
    Abandoned,
}

/// One request and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct SeenRequest {
    /// Counted from 0 over the site's life.
    pub number: u64,
    /// The method.
    pub method: String,
    /// The path, as sent.
    pub path: String,
    /// What follows the question mark.
    pub query: Option<String>,
    /// The `Range` header.
    pub range: Option<String>,
    /// The `If-Range` header.
    pub if_range: Option<String>,
    /// The status answered; 0 until then.
    pub status: u16,
    /// Bytes of the body given to the connection so far.
    pub bytes_sent: u64,
    /// How it went.
    pub outcome: Outcome,
}

#[derive(Debug, Default)]
struct Book {
    requests: VecDeque<SeenRequest>,
    next: u64,
    served: BTreeMap<String, u64>,
}

impl Book {
    fn request(&mut self, number: u64) -> Option<&mut SeenRequest> {
        let oldest = self.requests.front()?.number;
        self.requests.get_mut(usize::try_from(number.checked_sub(oldest)?).ok()?)
    }
}

/// The requests of a site, oldest first, and counts of what was served.
#[derive(Debug, Clone)]
pub struct RequestLog {
    book: Arc<Mutex<Book>>,
    changed: Arc<watch::Sender<()>>,
}

impl Default for RequestLog {
    fn default() -> Self {
        Self { book: Arc::default(), changed: Arc::new(watch::Sender::new(())) }
    }
}

impl RequestLog {
    /// Every request kept, oldest first.
    pub fn all(&self) -> Vec<SeenRequest> {
        self.lock().requests.iter().cloned().collect()
    }

    /// The requests for one path.
    pub fn for_path(&self, path: &str) -> Vec<SeenRequest> {
        self.lock().requests.iter().filter(|request| request.path == path).cloned().collect()
    }

    /// Bytes of successful answers for one path.
    ///
    /// They are counted when they are given to the connection: a client that is killed may have read
    /// less, by what lay in the buffers between (up to 256 KiB here, and its own receive buffer).
    pub fn bytes_served(&self, path: &str) -> u64 {
        self.lock().served.get(path).copied().unwrap_or(0)
    }

    /// Bytes of successful answers for all files of one item.
    pub fn bytes_served_for(&self, item_id: &str) -> u64 {
        let below = format!("/media/{item_id}/");
        self.lock().served.iter().filter(|(path, _)| path.starts_with(&below)).map(|(_, bytes)| bytes).sum()
    }

    /// Forgets requests and counts; numbers go on.
    pub fn clear(&self) {
        let mut book = self.lock();
        book.requests.clear();
        book.served.clear();
    }

    /// Waits until the log fulfils a condition; false if it doesn't before the deadline.
    #[must_use = "false means that it never happened"]
    pub async fn wait_until(&self, deadline: Duration, condition: impl Fn(&Self) -> bool) -> bool {
        let mut changes = self.changed.subscribe();
        let waiting = async {
            loop {
                changes.mark_unchanged();
                if condition(self) {
                    return;
                }
                changes.changed().await.expect("the sender lives as long as this log");
            }
        };
        timeout(deadline, waiting).await.is_ok()
    }

    /// Enters a request.
    pub(super) fn open(&self, request: &Request) -> Ticket {
        let header = |name: HeaderName| {
            request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let path = request.uri().path().to_owned();
        let mut seen = SeenRequest {
            number: 0,
            method: request.method().to_string(),
            path: path.clone(),
            query: request.uri().query().map(str::to_owned),
            range: header(header::RANGE),
            if_range: header(header::IF_RANGE),
            status: 0,
            bytes_sent: 0,
            outcome: Outcome::Running,
        };
        let mut book = self.lock();
        let number = book.next;
        seen.number = number;
        book.next += 1;
        if book.requests.len() == REQUESTS_MAX {
            book.requests.pop_front();
        }
        book.requests.push_back(seen);
        drop(book);
        self.changed.send_replace(());
        Ticket { log: self.clone(), number, path, success: false, expected: None, sent: 0, open: true }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        // Counters and a queue: nothing is left half-done by a panic.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn update(&self, number: u64, edit: impl FnOnce(&mut SeenRequest)) {
        if let Some(request) = self.lock().request(number) {
            edit(request);
        }
        self.changed.send_replace(());
    }
}

/// The place of one answer in the log; an answer that is given up is entered as abandoned.
#[derive(Debug)]
pub(super) struct Ticket {
    log: RequestLog,
    number: u64,
    path: String,
    success: bool,
    expected: Option<u64>,
    sent: u64,
    open: bool,
}

impl Ticket {
    /// Enters the status and how many bytes the body has, if that is known.
    pub(super) fn answer(&mut self, status: u16, expected: Option<u64>) {
        self.success = (200..300).contains(&status);
        self.expected = expected;
        self.log.update(self.number, |request| request.status = status);
        if expected == Some(0) {
            self.close(Outcome::Complete);
        }
    }

    /// Enters bytes given to the connection. The server may not ask again after the last ones.
    pub(super) fn send(&mut self, bytes: u64) {
        self.sent += bytes;
        if self.success {
            *self.log.lock().served.entry(self.path.clone()).or_default() += bytes;
        }
        self.log.update(self.number, |request| request.bytes_sent += bytes);
        if self.expected == Some(self.sent) {
            self.close(Outcome::Complete);
        }
    }

    /// Enters how it went; only the first says.
    pub(super) fn close(&mut self, outcome: Outcome) {
        if self.open {
            self.open = false;
            self.log.update(self.number, |request| request.outcome = outcome);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.close(Outcome::Abandoned);
    }
}
