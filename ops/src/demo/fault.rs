//! What goes wrong on demand.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{extract::Request, http::StatusCode};
use serde::Serialize;
use tokio::sync::watch;
use url::form_urlencoded;

use super::item::Rendition;

/// Which requests a fault is for. The front page and `/control` are never touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Everything.
    Everything,
    /// One path; a `*` at the end stands for whatever follows.
    Path(String),
    /// An item: its page, its record in the API, and all its files.
    Item(String),
    /// The files of an item, not its page or record.
    Media(String),
    /// A page (from 1) of a list in the API.
    Page {
        /// The list's name.
        list: String,
        /// The page's number.
        page: u32,
    },
}

impl Target {
    /// One file of an item.
    pub fn file(item_id: &str, rendition: Rendition) -> Self {
        Self::Path(format!("/media/{item_id}/{}", rendition.file_name()))
    }

    fn matches(&self, request: &Request) -> bool {
        let path = request.uri().path();
        match self {
            Self::Everything => true,
            Self::Path(pattern) => match pattern.strip_suffix('*') {
                Some(start) => path.starts_with(start),
                None => path == pattern,
            },
            Self::Item(id) => {
                let mut steps = path.split('/').skip(1);
                matches!(steps.next(), Some("items" | "media" | "api" | "pages"))
                    && steps.any(|step| step == id)
            }
            Self::Media(id) => {
                path.strip_prefix("/media/").and_then(|rest| rest.split('/').next()) == Some(id)
            }
            Self::Page { list, page } => {
                let asked = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
                    .find(|(name, _)| name == "page")
                    .map_or(Some(1), |(_, value)| value.parse().ok());
                path.strip_prefix("/api/lists/") == Some(list) && asked == Some(*page)
            }
        }
    }
}

impl From<&str> for Target {
    /// A path starts with a slash; anything else is an item's id.
    fn from(text: &str) -> Self {
        if text.starts_with('/') { Self::Path(text.to_owned()) } else { Self::Item(text.to_owned()) }
    }
}

/// Whether a swapped file has the `ETag` and date of the file that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Etag {
    /// The old ones: nothing tells the client that the bytes are others.
    Same,
    /// Its own.
    New,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Bodies are sent at this pace.
    Throttle {
        /// Bytes a second and answer.
        bytes_per_second: u32,
    },
    /// The connection ends after so many bytes of a body, counted in each answer.
    Drop {
        /// How many still arrive.
        after_bytes: u64,
    },
    /// Nothing more comes after so many bytes of a body until the fault is taken away.
    Stall {
        /// How many still arrive.
        after_bytes: u64,
    },
    /// `Range` is ignored and not offered.
    RefuseRange,
    /// Files have the bytes of another clip under the same name.
    Swap {
        /// Whether the client can know.
        etag: Etag,
    },
    /// Files end early, and the length given is the short one: a half file that looks whole.
    Truncate {
        /// How long they are.
        bytes: u64,
    },
    /// A status instead of an answer.
    Status {
        /// Which.
        code: u16,
        /// The `Retry-After` header in seconds.
        retry_after_seconds: Option<u64>,
    },
}

impl Fault {
    /// A status without `Retry-After`.
    pub fn status(code: StatusCode) -> Self {
        Self::Status { code: code.as_u16(), retry_after_seconds: None }
    }
}

/// The name of a fault that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FaultId(u64);

/// A fault with its target and how often it still happens.
#[derive(Debug)]
pub(super) struct Rule {
    id: FaultId,
    target: Target,
    pub(super) fault: Fault,
    /// How often it still happens; `u64::MAX` is for ever.
    left: AtomicU64,
    active: watch::Sender<bool>,
}

impl Rule {
    pub(super) fn is_active(&self) -> bool {
        *self.active.borrow() && self.left.load(Ordering::SeqCst) > 0
    }

    /// Takes one of the times that it happens; false if there is none left.
    pub(super) fn spend(&self) -> bool {
        let take = |left: u64| match left {
            0 => None,
            u64::MAX => Some(u64::MAX),
            some => Some(some - 1),
        };
        *self.active.borrow() && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()
    }

    /// Waits until the fault is taken away.
    pub(super) async fn taken_away(&self) {
        let mut active = self.active.subscribe();
        // The sender is this rule's own: it can't be gone while the rule is borrowed.
        drop(active.wait_for(|active| !active).await);
    }
}

#[derive(Debug, Default)]
struct Book {
    rules: Vec<Arc<Rule>>,
    next: u64,
}

/// What goes wrong at a site: added, seen by the next request, taken away again.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Book>>);

/// One fault as `/control/faults` shows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FaultState {
    id: FaultId,
    target: Target,
    fault: Fault,
    /// None is for ever.
    times_left: Option<u64>,
}

impl Faults {
    /// Makes a fault happen; `times` is how often, none is until it is taken away.
    ///
    /// A drop or stall is counted when it happens, everything else when a request meets it: a `HEAD`
    /// or a short answer uses up no drop.
    pub fn add(&self, target: impl Into<Target>, fault: Fault, times: Option<u64>) -> FaultId {
        let mut book = self.lock();
        let id = FaultId(book.next);
        book.next += 1;
        let left = AtomicU64::new(times.unwrap_or(u64::MAX));
        let rule = Rule { id, target: target.into(), fault, left, active: watch::Sender::new(true) };
        book.rules.push(Arc::new(rule));
        id
    }

    /// Sends bodies at a pace.
    pub fn throttle(&self, target: impl Into<Target>, bytes_per_second: u32) -> FaultId {
        self.add(target, Fault::Throttle { bytes_per_second }, None)
    }

    /// Ends the connection in the middle of a body.
    pub fn drop_after(&self, target: impl Into<Target>, after_bytes: u64, times: u64) -> FaultId {
        self.add(target, Fault::Drop { after_bytes }, Some(times))
    }

    /// Stops sending in the middle of a body until the fault is taken away.
    pub fn stall(&self, target: impl Into<Target>, after_bytes: u64) -> FaultId {
        self.add(target, Fault::Stall { after_bytes }, None)
    }

    /// Ignores `Range`.
    pub fn refuse_range(&self, target: impl Into<Target>) -> FaultId {
        self.add(target, Fault::RefuseRange, None)
    }

    /// Serves other bytes under the same name.
    pub fn swap_content(&self, target: impl Into<Target>, etag: Etag) -> FaultId {
        self.add(target, Fault::Swap { etag }, None)
    }

    /// Serves half a file as if it were whole.
    pub fn truncate(&self, target: impl Into<Target>, bytes: u64) -> FaultId {
        self.add(target, Fault::Truncate { bytes }, None)
    }

    /// Answers a status, so often or (none) always.
    pub fn status(&self, target: impl Into<Target>, code: StatusCode, times: Option<u64>) -> FaultId {
        self.add(target, Fault::status(code), times)
    }

    /// Answers 429 with `Retry-After`.
    pub fn too_many_requests(&self, target: impl Into<Target>, retry_after: Duration, times: u64) -> FaultId {
        let code = StatusCode::TOO_MANY_REQUESTS.as_u16();
        let retry_after_seconds = Some(retry_after.as_secs());
        self.add(target, Fault::Status { code, retry_after_seconds }, Some(times))
    }

    /// Fails one page (from 1) of a list in the API.
    pub fn page_failure(&self, list: &str, page: u32, code: StatusCode, times: Option<u64>) -> FaultId {
        self.status(Target::Page { list: list.to_owned(), page }, code, times)
    }

    /// Answers 404 for one HLS fragment (from 0) in both pictures of an item.
    pub fn missing_fragment(&self, item_id: &str, fragment: u32) -> [FaultId; 2] {
        ["180p", "720p"].map(|variant| {
            let path = format!("/media/{item_id}/hls/{variant}/seg{fragment:03}.ts");
            self.status(Target::Path(path), StatusCode::NOT_FOUND, None)
        })
    }

    /// Takes a fault away; whatever it holds up goes on.
    pub fn remove(&self, id: FaultId) {
        self.retain(|rule| rule.id != id);
    }

    /// Takes all faults away.
    pub fn clear(&self) {
        self.retain(|_| false);
    }

    /// The faults that a request meets, oldest first.
    pub(super) fn matching(&self, request: &Request) -> Vec<Arc<Rule>> {
        let path = request.uri().path();
        if path == "/" || path.starts_with("/control/") {
            return vec![];
        }
        let book = self.lock();
        book.rules.iter().filter(|rule| rule.is_active() && rule.target.matches(request)).cloned().collect()
    }

    pub(super) fn states(&self) -> Vec<FaultState> {
        let state = |rule: &Arc<Rule>| {
            let left = rule.left.load(Ordering::SeqCst);
            FaultState {
                id: rule.id,
                target: rule.target.clone(),
                fault: rule.fault.clone(),
                times_left: (left != u64::MAX).then_some(left),
            }
        };
        self.lock().rules.iter().map(state).collect()
    }

    fn retain(&self, keep: impl Fn(&Rule) -> bool) {
        self.lock().rules.retain(|rule| {
            let kept = keep(rule);
            if !kept {
                rule.active.send_replace(false);
            }
            kept
        });
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        // A list of rules: nothing is left half-done by a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
