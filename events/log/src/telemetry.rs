//! Where samples are told: a queue between whoever measures and whoever keeps what was measured.
//!
//! Guarantees: to tell never waits and never fails; what there is no room for is dropped and counted. Nothing that is told here
//! is in the log, and nothing in the log depends on it. A queue that is empty wakes nobody.

use std::sync::{
    Arc, Condvar, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use mediary_schema::telemetry::Sample;

/// Samples that wait to be kept: a second of what a fast disk takes, in 2 MiB.
pub const WAITING_MAX: usize = 16_384;

/// Where samples are told. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Samples(Arc<Shared>);

/// Where they are taken from, by the one who keeps them.
#[derive(Debug)]
pub struct SampleQueue(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    waiting: Mutex<Waiting>,
    filled: Condvar,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting {
    samples: Vec<Sample>,
    /// Nobody takes what is told from now on.
    is_closed: bool,
}

/// A queue's two ends.
pub fn queue() -> (Samples, SampleQueue) {
    let waiting = Mutex::new(Waiting::default());
    let shared = Arc::new(Shared { waiting, filled: Condvar::new(), dropped: AtomicU64::new(0) });
    (Samples(Arc::clone(&shared)), SampleQueue(shared))
}

impl Samples {
    /// Tells to nobody.
    pub fn to_nobody() -> Self {
        queue().0
    }

    /// Tells a sample. Waits for nobody: if there is no room for it, it is dropped.
    pub fn tell(&self, sample: Sample) {
        let why = if sample.is_sound() {
            let mut waiting = self.0.lock();
            if waiting.is_closed {
                // The server stops, or nobody ever listened: nothing is missed.
                return;
            }
            if waiting.samples.len() < WAITING_MAX {
                waiting.samples.push(sample);
                drop(waiting);
                self.0.filled.notify_one();
                return;
            }
            Dropped::Overflow
        } else {
            Dropped::Unsound
        };
        why.count(1);
        self.0.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were dropped since the start.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }
}

impl SampleQueue {
    /// All that was told since the last call; waits as long as that is nothing. None once it is closed and empty. Blocks.
    pub fn next(&self) -> Option<Vec<Sample>> {
        let waits = |waiting: &mut Waiting| waiting.samples.is_empty() && !waiting.is_closed;
        let waited = self.0.filled.wait_while(self.0.lock(), waits);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner);
        if waiting.samples.is_empty() { None } else { Some(std::mem::take(&mut waiting.samples)) }
    }

    /// What closes it: what was told by then is still taken, what is told later is not.
    pub fn closer(&self) -> Closer {
        Closer(Arc::clone(&self.0))
    }

    /// Counts what was taken and could not be kept.
    pub fn count_dropped(&self, number: u64, why: Dropped) {
        why.count(number);
        self.0.dropped.fetch_add(number, Ordering::Relaxed);
    }
}

impl Drop for SampleQueue {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Closes a queue.
#[derive(Debug, Clone)]
pub struct Closer(Arc<Shared>);

impl Closer {
    /// Nothing more is taken in.
    pub fn close(&self) {
        self.0.close();
    }

    /// How many samples were dropped since the start.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }
}

/// Why a sample was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// More was told than is written meanwhile.
    Overflow,
    /// It is no number, or its subject no text.
    Unsound,
    /// There are as many series as are kept.
    Series,
    /// It could not be written.
    Storage,
}

impl Dropped {
    fn count(self, number: u64) {
        metrics::counter!("mediary_telemetry_dropped_total", "reason" => self.name()).increment(number);
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Overflow => "overflow",
            Self::Unsound => "unsound",
            Self::Series => "series",
            Self::Storage => "storage",
        }
    }
}

impl Shared {
    fn close(&self) {
        self.lock().is_closed = true;
        self.filled.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Each change under the lock is one push or one take.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use mediary_schema::{Timestamp, telemetry::Metric};

    use super::*;

    fn sample(value: f64) -> Sample {
        Sample::of_installation(&Metric::HOST_LOAD, Timestamp::from_micros(0), value)
    }

    #[test]
    fn what_is_told_is_taken_in_its_order_and_once() {
        let (samples, queue) = queue();
        samples.tell(sample(1.0));
        samples.tell(sample(2.0));
        assert_eq!(queue.next(), Some(vec![sample(1.0), sample(2.0)]));
        samples.tell(sample(3.0));
        queue.closer().close();
        samples.tell(sample(4.0));
        assert_eq!(queue.next(), Some(vec![sample(3.0)]));
        assert_eq!((queue.next(), samples.dropped()), (None, 0));
    }

    // Nobody who measures ever waits for a disk.
    #[test]
    fn what_there_is_no_room_for_is_dropped_and_counted() {
        let (samples, queue) = queue();
        for n in 0..WAITING_MAX + 3 {
            samples.tell(sample(n as f64));
        }
        samples.tell(sample(f64::NAN));
        assert_eq!(samples.dropped(), 4);
        assert_eq!(queue.next().map(|all| all.len()), Some(WAITING_MAX));
    }

    #[test]
    fn who_tells_to_nobody_keeps_nothing() {
        let samples = Samples::to_nobody();
        samples.tell(sample(1.0));
        assert!(samples.0.lock().samples.is_empty());
        assert_eq!(samples.dropped(), 0);
    }

    #[test]
    fn whoever_waits_is_woken_by_the_first() {
        let (samples, queue) = queue();
        let taker = std::thread::spawn(move || queue.next().map(|all| all.len()));
        samples.tell(sample(1.0));
        assert_eq!(taker.join().unwrap(), Some(1));
    }
}
