//! How fast it may come in: all of it together, and what is for one job.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Mutex, time::Instant};

/// What bytes have to pass: the rate of all, and that of one job if it has one.
#[derive(Debug, Clone)]
pub(super) struct Rates {
    all: Arc<Rate>,
    job: Option<Arc<Rate>>,
}

impl Rates {
    /// Without one for a job.
    pub(super) fn of_all(bytes_per_second: Option<u64>) -> Self {
        Self { all: Arc::new(Rate::new(bytes_per_second)), job: None }
    }

    /// The same rate of all, and this one besides.
    #[must_use]
    pub(super) fn with_job(&self, bytes_per_second: Option<u64>) -> Self {
        let job = bytes_per_second.map(|rate| Arc::new(Rate::new(Some(rate))));
        Self { all: Arc::clone(&self.all), job }
    }

    /// Waits until so many bytes more may have come in.
    pub(super) async fn take(&self, bytes: usize) {
        self.all.take(bytes).await;
        if let Some(job) = &self.job {
            job.take(bytes).await;
        }
    }

    /// How much to take at once, so that nobody who waits for it takes the silence for an end.
    pub(super) fn piece_bytes(&self) -> usize {
        let slowest = [Some(&self.all), self.job.as_ref()].into_iter().flatten();
        let slowest = slowest.filter_map(|rate| rate.bytes_per_second).min();
        let piece = slowest.map_or(PIECE_BYTES_MAX as u64, |rate| rate / 4);
        piece.clamp(PIECE_BYTES_MIN, PIECE_BYTES_MAX as u64) as usize
    }
}

/// As much as is read at once at most.
pub(super) const PIECE_BYTES_MAX: usize = 64 << 10;
const PIECE_BYTES_MIN: u64 = 1 << 10;

/// Lets so many bytes a second pass, shared by all who ask; without a limit it costs nothing.
#[derive(Debug)]
struct Rate {
    bytes_per_second: Option<u64>,
    /// When what was let pass so far is paid for.
    paid: Mutex<Instant>,
}

/// What may pass at once after a silence.
const BURST: Duration = Duration::from_millis(100);

impl Rate {
    fn new(bytes_per_second: Option<u64>) -> Self {
        Self { bytes_per_second: bytes_per_second.filter(|rate| *rate > 0), paid: Mutex::new(Instant::now()) }
    }

    /// Waits until so many bytes more may have come in.
    async fn take(&self, bytes: usize) {
        let Some(rate) = self.bytes_per_second else { return };
        let price = Duration::from_secs_f64(bytes as f64 / rate as f64);
        let until = {
            let mut paid = self.paid.lock().await;
            let now = Instant::now();
            *paid = (*paid).max(now.checked_sub(BURST).unwrap_or(now)) + price;
            *paid
        };
        tokio::time::sleep_until(until).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn all_who_ask_share_the_rate() {
        let rate = Arc::new(Rate::new(Some(1000)));
        let begun = Instant::now();
        let each = |_| {
            let rate = Arc::clone(&rate);
            async move {
                for _ in 0..10 {
                    rate.take(100).await;
                }
            }
        };
        futures::future::join_all((0..4).map(each)).await;
        let took = begun.elapsed();
        assert!((Duration::from_millis(3800)..Duration::from_millis(4100)).contains(&took), "{took:?}");
    }

    // DL-08: the rate of a job is its own, and that of all is of all jobs together.
    #[tokio::test(start_paused = true)]
    async fn a_job_has_a_rate_of_its_own_below_that_of_all() {
        let all = Rates::of_all(Some(1_500));
        let (slow, other) = (all.with_job(Some(500)), all.with_job(None));
        let begun = Instant::now();
        let taking = async |rates: &Rates, pieces: u32| {
            for _ in 0..pieces {
                rates.take(100).await;
            }
            begun.elapsed()
        };
        let (slow_took, other_took) = tokio::join!(taking(&slow, 10), taking(&other, 10));
        assert!(
            (Duration::from_millis(1_850)..Duration::from_millis(2_150)).contains(&slow_took),
            "{slow_took:?}"
        );
        assert!(other_took < Duration::from_millis(1_500), "{other_took:?}");
        assert_eq!(slow.piece_bytes(), 1_024);
        assert_eq!(Rates::of_all(None).piece_bytes(), PIECE_BYTES_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nobody_waits() {
        let begun = Instant::now();
        Rate::new(None).take(usize::MAX).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
