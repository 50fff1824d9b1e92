//! How fast all of it may come in together.

use std::time::Duration;

use tokio::{sync::Mutex, time::Instant};

/// Lets so many bytes a second pass, shared by all who ask; without a limit it costs nothing.
#[derive(Debug)]
pub(super) struct Rate {
    bytes_per_second: Option<u64>,
    /// When what was let pass so far is paid for.
    paid: Mutex<Instant>,
}

/// What may pass at once after a silence.
const BURST: Duration = Duration::from_millis(100);

impl Rate {
    pub(super) fn new(bytes_per_second: Option<u64>) -> Self {
        Self { bytes_per_second: bytes_per_second.filter(|rate| *rate > 0), paid: Mutex::new(Instant::now()) }
    }

    /// Waits until so many bytes more may have come in.
    pub(super) async fn take(&self, bytes: usize) {
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
    use std::sync::Arc;

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

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nobody_waits() {
        let begun = Instant::now();
        Rate::new(None).take(usize::MAX).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
