//! What waits for the writer: bounded by count and by bytes, taken together as far as one commit goes.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time::Instant};

use super::{
    append::{Append, Appended},
    error::AppendError,
    metric,
};

/// The most events of one commit; behind a larger one everybody would wait for seconds.
const BATCH_EVENTS_MAX: usize = 4_096;
/// The most bytes of one commit.
const BATCH_BYTES_MAX: usize = 4 << 20;

/// The share of a commit's time that the writer waits at most for those it has just answered.
const COMPANY_SHARE: u32 = 4;
/// And the share within which one of them has to come, or no more is waited for.
const SILENCE_SHARE: u32 = 16;

/// An append and where its answer goes.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) append: Append,
    pub(super) reply: oneshot::Sender<Result<Appended, AppendError>>,
}

/// The commit before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Last {
    /// How many were answered.
    pub(super) requests: usize,
    /// How long it took.
    pub(super) took: Duration,
}

/// Why a request may not wait.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Full,
    Closed,
}

#[derive(Debug, Default)]
struct State {
    requests: VecDeque<Request>,
    bytes: usize,
    /// How many requests the writer is woken for; none while it does not wait. Waking costs a call of the system.
    wakes_at: Option<usize>,
    closed: bool,
}

impl State {
    fn batch(&mut self) -> Vec<Request> {
        let (mut batch, mut events, mut bytes) = (Vec::new(), 0, 0);
        while let Some(request) = self.requests.front() {
            let weight = request.append.weight_bytes();
            events += request.append.events.len();
            bytes += weight;
            let is_full = events > BATCH_EVENTS_MAX || bytes > BATCH_BYTES_MAX;
            if is_full && !batch.is_empty() {
                break;
            }
            self.bytes -= weight;
            batch.extend(self.requests.pop_front());
        }
        batch
    }
}

/// The entrance to the writer.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    requests_max: usize,
    bytes_max: usize,
}

impl Queue {
    pub(super) fn new(requests_max: usize, bytes_max: usize) -> Self {
        Self { state: Mutex::default(), filled: Condvar::new(), requests_max, bytes_max }
    }

    /// Lets a request wait; never blocks.
    pub(super) fn push(&self, request: Request) -> Result<(), Refused> {
        let bytes = request.append.weight_bytes();
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        // A single append larger than the limit is let in when nothing else waits.
        let full = state.requests.len() >= self.requests_max
            || (state.bytes + bytes > self.bytes_max && !state.requests.is_empty());
        if full {
            return Err(Refused::Full);
        }
        state.bytes += bytes;
        state.requests.push_back(request);
        metric::queue(state.requests.len(), state.bytes);
        let waiting = state.requests.len();
        let wakes = state.wakes_at.take_if(|wakes_at| waiting >= *wakes_at).is_some();
        drop(state);
        if wakes {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Takes what waits, as much as one commit holds; waits for something; none once closed and empty.
    ///
    /// An append that is larger than a commit should be is one of its own. Those that were answered together often ask
    /// again together, and a commit for the first of them costs as much as one for all: so as long as they keep
    /// coming it is waited until as many are there as last time, for a share of what that commit took.
    pub(super) fn take(&self, last: Last) -> Option<Vec<Request>> {
        let mut state = self.lock();
        state.wakes_at = Some(1);
        while state.requests.is_empty() && !state.closed {
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.wakes_at = Some(last.requests);
        let (began, patience) = (Instant::now(), last.took / COMPANY_SHARE);
        while state.requests.len() < last.requests && !state.closed && began.elapsed() < patience {
            let before = state.requests.len();
            let waited = self.filled.wait_timeout(state, last.took / SILENCE_SHARE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if state.requests.len() == before {
                break;
            }
        }
        state.wakes_at = None;
        if state.requests.is_empty() {
            return None;
        }
        let batch = state.batch();
        metric::queue(state.requests.len(), state.bytes);
        Some(batch)
    }

    /// Lets nothing more in; what waits is still written.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    /// Lets nothing more in and drops what waits: whether it was written is unknown to its senders.
    pub(super) fn abandon(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.bytes = 0;
        state.requests.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
