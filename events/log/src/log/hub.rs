//! Subscriptions: a subscriber is its next position and nothing else (L-9, L-10).
//!
//! It waits until the head passes that position, then takes recent events from a ring in memory or a page
//! from the file. There is no switch from catching up to living, so there is no gap; a slow subscriber
//! reads the file and makes nobody wait.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
};

use mediary_events::Recorded;
use tokio::sync::watch;

use super::{
    error::{Damage, ReadError},
    filter::{Conditions, Filter},
    handle::Log,
    pages::{self, PAGE_EVENTS, Page, Pages},
    read::{Direction, SCAN_FRAMES_MAX, Scan},
    store::Head,
};

/// A batch moves a cursor at least so often, also where nothing matches.
const SKIPPED_MAX: usize = 1_000;
/// Roughly the most bytes of payload in one batch.
const BATCH_BYTES_MAX: usize = 4 << 20;

/// Fewer recent events are not worth taking the ring's lock for.
const RECENT_MIN: usize = 64;

#[derive(Debug, Default)]
struct Recent {
    /// Consecutive positions.
    events: VecDeque<Arc<Recorded>>,
    bytes: usize,
}

/// The newest events, in memory.
#[derive(Debug)]
pub(super) struct Ring {
    recent: RwLock<Recent>,
    events_max: usize,
    bytes_max: usize,
    /// Older ones that were read lately, as many bytes again.
    pages: Pages,
}

impl Ring {
    pub(super) fn new(events_max: usize, bytes_max: usize) -> Self {
        Self { recent: RwLock::default(), events_max, bytes_max, pages: Pages::new(bytes_max) }
    }

    /// Adds what follows the newest event.
    pub(super) fn push(&self, events: impl IntoIterator<Item = Arc<Recorded>>) {
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            recent.bytes += weight(&event);
            recent.events.push_back(event);
            while recent.events.len() > self.events_max || recent.bytes > self.bytes_max {
                let Some(oldest) = recent.events.pop_front() else { break };
                recent.bytes -= weight(&oldest);
            }
        }
    }

    /// Forgets everything: it is read from the file again.
    pub(super) fn clear(&self) {
        *self.recent.write().unwrap_or_else(PoisonError::into_inner) = Recent::default();
        self.pages.clear();
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.recent.read().unwrap_or_else(PoisonError::into_inner).events.len()
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        recent.events.iter().map(|event| weight(event)).sum::<usize>().max(self.pages.bytes())
    }

    /// At most so many events from a position on; none if it is older than the ring.
    fn from(&self, position: u64, limit: usize) -> Option<Vec<Arc<Recorded>>> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        let oldest = recent.events.front()?.position();
        let skip = usize::try_from(position.checked_sub(oldest)?).ok()?;
        if skip >= recent.events.len() {
            return None;
        }
        Some(recent.events.range(skip..).take(limit).cloned().collect())
    }
}

fn weight(event: &Recorded) -> usize {
    const ENVELOPE: usize = 384;
    ENVELOPE + event.payload.as_ref().map_or(0, bytes::Bytes::len)
}

/// What a subscriber gets at once.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Matching events in order; may be empty when only the cursor moved.
    pub events: Vec<Arc<Recorded>>,
    /// The cursor after this batch: where to subscribe from to go on behind it.
    pub next_position: u64,
}

/// A reader that follows the log; it can be dropped at any time.
#[derive(Debug)]
pub struct Subscription {
    log: Log,
    heads: watch::Receiver<Head>,
    next_position: u64,
    filter: Arc<Filter>,
    conditions: Conditions,
    /// Whether no index finds what it wants, so that it reads every event as others do.
    reads_all: bool,
    skipped: usize,
    skipped_max: usize,
}

/// Events of a stretch of the log, and its end.
struct Stretch {
    events: Vec<Arc<Recorded>>,
    next_position: u64,
    frames: usize,
}

impl Subscription {
    pub(super) fn new(log: Log, heads: watch::Receiver<Head>, next_position: u64, filter: Filter) -> Self {
        let next_position = next_position.max(1);
        let conditions = filter.conditions();
        let reads_all = filter.subjects.is_empty() && filter.categories_wanted().is_none();
        let filter = Arc::new(filter);
        let (skipped, skipped_max) = (0, SKIPPED_MAX);
        Self { log, heads, next_position, filter, conditions, reads_all, skipped, skipped_max }
    }

    /// Reports the cursor after so many events that don't match; 1 reports it with every event.
    #[must_use]
    pub fn report_skipped(mut self, events: usize) -> Self {
        self.skipped_max = events.max(1);
        self
    }

    /// The cursor: everything before it was returned or didn't match.
    pub const fn next_position(&self) -> u64 {
        self.next_position
    }

    /// Waits for the next matching events, at most `limit`, in order, without gap and repeat.
    ///
    /// Where nothing matches, an empty batch reports the cursor after every 1000 events. Dropping the future
    /// loses nothing. After the log is closed, what is still in memory is returned, then [`ReadError::Closed`]: whoever
    /// was further behind goes on from his cursor when the log is open again.
    pub async fn next_batch(&mut self, limit: usize) -> Result<Batch, ReadError> {
        loop {
            let next = self.next_position;
            let reached = self.heads.wait_for(|head| head.position >= next).await;
            let head = reached.map(|head| head.position).map_err(|_| ReadError::Closed)?;
            let stretch = self.stretch(head, limit.max(1)).await?;
            self.next_position = stretch.next_position;
            self.skipped += stretch.frames - stretch.events.len();
            if !stretch.events.is_empty() || self.skipped >= self.skipped_max {
                self.skipped = 0;
                return Ok(Batch { events: stretch.events, next_position: self.next_position });
            }
        }
    }

    async fn stretch(&self, head: u64, limit: usize) -> Result<Stretch, ReadError> {
        let frames_max = (self.skipped_max - self.skipped).clamp(1, SCAN_FRAMES_MAX);
        // A filter that lets nothing pass comes back for more; one that lets all pass leaves nothing over.
        let wanted = limit.max(RECENT_MIN).min(frames_max);
        let from = self.next_position;
        if let Some(recent) = self.log.ring().from(from, wanted) {
            return Ok(self.of_memory(recent.into_iter(), head, limit));
        }
        // Only whole pages are shared, since the one that grows changes with every event, and only with those who take
        // no more than one at once: whoever rebuilds something reads further in one go.
        let is_whole = pages::first_of(from) + PAGE_EVENTS - 1 <= head;
        let is_shared = self.reads_all && is_whole && limit as u64 <= PAGE_EVENTS;
        let kept = if is_shared { self.log.ring().pages.get(pages::first_of(from)) } else { None };
        if let Some(page) = kept.as_ref().and_then(|page| pages::from(page, from)) {
            return Ok(self.of_memory(page.take(wanted), head, limit));
        }
        let (log, filter) = (self.log.clone(), Arc::clone(&self.filter));
        let reading = tokio::task::spawn_blocking(move || {
            // What goes wrong in a page may lie where nobody has come to yet.
            let page = if is_shared { read_page(&log, pages::first_of(from)).ok() } else { None };
            match page.filter(|page| pages::from(page, from).is_some()) {
                Some(page) => Ok(Found::Page(page)),
                None => of_file(&log, &filter, from..=head, limit, frames_max).map(Found::Stretch),
            }
        });
        match reading.await {
            Ok(Ok(Found::Page(page))) => {
                let events = pages::from(&page, from).into_iter().flatten();
                Ok(self.of_memory(events.take(wanted), head, limit))
            }
            Ok(Ok(Found::Stretch(stretch))) => Ok(stretch),
            Ok(Err(error)) => Err(error),
            Err(stopped) => Err(Damage::Structure { detail: stopped.to_string() }.into()),
        }
    }

    fn of_memory(&self, events: impl Iterator<Item = Arc<Recorded>>, head: u64, limit: usize) -> Stretch {
        let mut stretch = Stretch { events: Vec::new(), next_position: self.next_position, frames: 0 };
        for event in events {
            // The ring is filled before the head is told, so it may be ahead of it.
            if event.position() > head || stretch.events.len() == limit {
                break;
            }
            stretch.next_position = event.position() + 1;
            stretch.frames += 1;
            if self.conditions.allow(&event) {
                stretch.events.push(event);
            }
        }
        stretch
    }
}

/// What was read of the file.
enum Found {
    Page(Page),
    Stretch(Stretch),
}

/// Reads a whole page, and keeps it for others; a page of large events ends before the others do.
fn read_page(log: &Log, first: u64) -> Result<Page, ReadError> {
    let pages = &log.ring().pages;
    let generation = pages.generation();
    let scanned = log.scan(&Scan {
        range: first..=first + PAGE_EVENTS - 1,
        direction: Direction::Forward,
        limit: SCAN_FRAMES_MAX,
        bytes_max: BATCH_BYTES_MAX,
        frames_max: SCAN_FRAMES_MAX,
        filter: &Filter::all(),
    })?;
    let page: Page = scanned.events.into_iter().map(Arc::new).collect();
    let bytes = page.iter().map(|event| weight(event)).sum();
    pages.put(generation, Arc::clone(&page), bytes);
    Ok(page)
}

fn of_file(
    log: &Log,
    filter: &Filter,
    range: std::ops::RangeInclusive<u64>,
    limit: usize,
    frames_max: usize,
) -> Result<Stretch, ReadError> {
    let from = *range.start();
    let scan =
        Scan { range, direction: Direction::Forward, limit, bytes_max: BATCH_BYTES_MAX, frames_max, filter };
    let scanned = log.scan(&scan)?;
    let Some(last_position) = scanned.last_position else {
        return Err(Damage::Structure { detail: format!("event {from} is missing") }.into());
    };
    Ok(Stretch {
        events: scanned.events.into_iter().map(Arc::new).collect(),
        next_position: last_position + 1,
        frames: scanned.frames,
    })
}
