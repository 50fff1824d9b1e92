//! What a run came to.

use std::time::Duration;

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Figure {
    /// How much was done.
    pub count: u64,
    /// How long it took in total.
    pub took: Duration,
    /// How long each piece took, sorted; empty where pieces were not timed.
    latencies: Vec<Duration>,
}

impl Figure {
    /// How much was done in a second.
    pub fn per_second(&self) -> f64 {
        self.count as f64 / self.took.as_secs_f64()
    }

    /// The time that so many percent of the pieces stayed below; none where pieces were not timed.
    pub fn percentile(&self, percent: usize) -> Option<Duration> {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * percent / 100).copied()
    }

    /// How many pieces were timed.
    pub fn pieces(&self) -> usize {
        self.latencies.len()
    }

    /// The time of exactly so much, as criterion wants it.
    pub fn time_of(&self, count: u64) -> Duration {
        self.took.mul_f64(count as f64 / self.count as f64)
    }

    pub(crate) fn new(count: u64, took: Duration, mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Self { count, took, latencies }
    }

    /// A figure of pieces that were timed one after the other, with untimed work between them.
    pub(crate) fn of_pieces(latencies: Vec<Duration>) -> Self {
        Self::new(latencies.len() as u64, latencies.iter().sum(), latencies)
    }
}
