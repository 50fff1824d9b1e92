use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use mediary_log::alarm::Leaps;
use mediary_schema::{Clock, Timestamp};
use tokio::sync::Notify;

/// A clock that goes as the system's does, and is put forward by a test: so a month passes in a minute.
#[derive(Debug)]
pub struct Calendar {
    /// By how many microseconds it is ahead.
    ahead: Arc<AtomicI64>,
    leaps: Arc<Notify>,
    clock: Clock,
}

impl Calendar {
    pub(crate) fn new() -> (Self, Clock, Leaps) {
        let ahead = Arc::new(AtomicI64::new(0));
        let (read, system) = (Arc::clone(&ahead), Clock::system());
        let now = move || Timestamp::from_micros(system.now().as_micros() + read.load(Ordering::SeqCst));
        let (clock, (leaps, driver)) = (Clock::new(now), Leaps::driven());
        (Self { ahead, leaps: driver, clock: clock.clone() }, clock, leaps)
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Puts it forward, and tells whoever waits for a moment.
    pub fn forward(&self, by: Duration) {
        self.ahead.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
        self.leaps.notify_one();
    }
}
