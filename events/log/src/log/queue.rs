//! What waits for the writer: bounded by count and by bytes, taken all at once.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::{
    append::{Append, Appended},
    error::AppendError,
    metric,
};

/// An append and where its answer goes.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) append: Append,
    pub(super) reply: oneshot::Sender<Result<Appended, AppendError>>,
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
    closed: bool,
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
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Takes all that waits; waits for something; none once closed and empty.
    pub(super) fn take(&self) -> Option<Vec<Request>> {
        let mut state = self.lock();
        while state.requests.is_empty() && !state.closed {
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.requests.is_empty() {
            return None;
        }
        state.bytes = 0;
        metric::queue(0, 0);
        Some(state.requests.drain(..).collect())
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
