//! Lines on their way from the threads that read the pipes to the one task that consumes them.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::lines::Line;

/// A bounded queue whose full side blocks a thread and whose empty side suspends a task.
///
/// Not tokio's channel, because a blocked push must give up when the run is being ended.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    room: Condvar,
    readable: Notify,
}

#[derive(Debug)]
struct State {
    lines: VecDeque<Line>,
    bytes: usize,
    producers: usize,
    waiting: usize,
    /// Nobody waits for room any more: a line without room is left out.
    lossy: bool,
    /// Nobody reads any more.
    closed: bool,
}

enum Popped {
    Line(Line),
    End,
    Nothing,
}

impl Queue {
    /// Lines that may wait.
    const LINES_MAX: usize = 256;
    /// Bytes that may wait; one line more always fits.
    const BYTES_MAX: usize = 1 << 20;

    pub(super) fn new(producers: usize) -> Self {
        let state =
            State { lines: VecDeque::new(), bytes: 0, producers, waiting: 0, lossy: false, closed: false };
        Self { state: Mutex::new(state), room: Condvar::new(), readable: Notify::new() }
    }

    /// Adds a line; blocks the thread while there is no room.
    pub(super) fn push(&self, line: Line) {
        let mut state = self.lock();
        state.waiting += 1;
        while state.is_full() && !state.lossy && !state.closed {
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting -= 1;
        if !state.closed && !state.is_full() {
            state.bytes += line.text.len();
            state.lines.push_back(line);
            self.readable.notify_one();
        }
    }

    /// Whether a push waits for the reader.
    pub(super) fn is_waiting(&self) -> bool {
        self.lock().waiting > 0
    }

    /// The next line, or none once every producer is done. May be dropped at any time without loss.
    pub(super) async fn pop(&self) -> Option<Line> {
        loop {
            let readable = self.readable.notified();
            match self.try_pop() {
                Popped::Line(line) => return Some(line),
                Popped::End => return None,
                Popped::Nothing => readable.await,
            }
        }
    }

    fn try_pop(&self) -> Popped {
        let mut state = self.lock();
        if let Some(line) = state.lines.pop_front() {
            state.bytes -= line.text.len();
            self.room.notify_all();
            return Popped::Line(line);
        }
        if state.producers == 0 || state.closed { Popped::End } else { Popped::Nothing }
    }

    /// A producer is done.
    pub(super) fn producer_done(&self) {
        let mut state = self.lock();
        state.producers = state.producers.saturating_sub(1);
        self.readable.notify_one();
    }

    /// Nobody waits for the producers any more.
    pub(super) fn close_producers(&self) {
        self.lock().producers = 0;
        self.readable.notify_one();
    }

    /// From now on a push never waits.
    pub(super) fn make_lossy(&self) {
        self.lock().lossy = true;
        self.room.notify_all();
    }

    /// Nobody reads any more: drops what waits and whatever comes.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.lines = VecDeque::new();
        state.bytes = 0;
        self.room.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_full(&self) -> bool {
        self.lines.len() >= Queue::LINES_MAX || self.bytes >= Queue::BYTES_MAX
    }
}
