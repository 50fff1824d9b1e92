//! How far an encoder is: ffmpeg's `-progress`, lines of `key=value` in blocks that end with `progress=`.

use mediary_schema::job::Progress;

/// Adds up what is told.
#[derive(Debug, Default)]
pub(super) struct Told {
    total_ms: u64,
    done_ms: u64,
    speed: Option<f64>,
}

impl Told {
    /// Of a file that plays so long.
    pub(super) fn of(total_ms: u64) -> Self {
        Self { total_ms, ..Self::default() }
    }

    /// Takes a line; answers how far it is at the end of a block.
    pub(super) fn take(&mut self, line: &str) -> Option<Progress> {
        let (key, value) = line.split_once('=')?;
        match key {
            // What is called milliseconds there is microseconds, too.
            "out_time_us" => {
                if let Ok(micros) = value.parse::<i64>() {
                    self.done_ms = u64::try_from(micros / 1_000).unwrap_or(0);
                }
            }
            "speed" => {
                self.speed = value.trim().strip_suffix('x').and_then(|times| times.trim().parse().ok());
            }
            "progress" => return Some(self.now()),
            _ => {}
        }
        None
    }

    fn now(&self) -> Progress {
        let total = (self.total_ms > 0).then_some(self.total_ms);
        let done = self.done_ms.min(total.unwrap_or(u64::MAX));
        let rate = self.speed.filter(|speed| *speed > 0.0).map(|speed| speed * 1_000.0);
        let left = |total: u64| (total - done) as f64;
        Progress {
            stage: "encoding".to_owned(),
            done,
            total,
            unit: "ms".to_owned(),
            rate_per_second: rate,
            eta_seconds: total.zip(rate).map(|(total, rate)| (left(total) / rate).ceil() as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_says_how_far_it_is_and_when_it_will_be_over() {
        let mut told = Told::of(10_000);
        for line in ["frame=50", "out_time_us=2500000", "out_time_ms=2500000", "speed=2.5x"] {
            assert_eq!(told.take(line), None);
        }
        let progress = told.take("progress=continue").unwrap();
        assert_eq!((progress.done, progress.total, progress.eta_seconds), (2_500, Some(10_000), Some(3)));
        for line in ["out_time_us=N/A", "speed=N/A", "", "nonsense"] {
            assert_eq!(told.take(line), None);
        }
        let progress = told.take("progress=end").unwrap();
        assert_eq!((progress.done, progress.rate_per_second, progress.eta_seconds), (2_500, None, None));
        assert_eq!(Told::of(0).take("progress=end").unwrap().total, None);
    }
}
