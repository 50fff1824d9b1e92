//! The store of samples: how many it takes in a second beside bare inserts, what a series costs on the disk, and how soon
//! a year of one is read.

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};

use mediary_log::telemetry::Samples;
use mediary_projections::telemetry::{Retention, Step, Telemetry, TelemetryOptions, Wanted};
use mediary_schema::{
    Clock, Timestamp,
    scope::Scope,
    telemetry::{Metric, Sample, SeriesName},
};
use rusqlite::Connection;
use tokio::{sync::watch, task::JoinSet, time::Instant};

use crate::figure::Figure;

/// The first moment of all: an hour begins.
const BEGIN_MS: i64 = 1_767_225_600_000;
/// Samples that are told before it is waited until they are kept: what the queue has room for.
const BATCH: u64 = 10_000;
const HOUR_MS: i64 = 3_600_000;

/// A store with a clock that is set.
#[derive(Debug)]
pub struct Store {
    telemetry: Telemetry,
    samples: Samples,
    clock: Arc<AtomicI64>,
}

impl Store {
    /// Opens one in a folder, of which every sample is kept.
    ///
    /// # Panics
    /// If there is no thread for it.
    pub fn open(folder: &Path) -> Self {
        let (clock, cell) = Clock::manual(moment(BEGIN_MS));
        let retention = Retention::default();
        let options = TelemetryOptions { data: folder.to_owned(), retention, clock };
        let (telemetry, samples) = Telemetry::start(options).expect("there is a thread");
        Self { telemetry, samples, clock: cell }
    }

    /// Tells samples of so many series in turn, each series one each `every`, and waits until all are kept.
    ///
    /// # Panics
    /// If one is not kept.
    pub async fn tell(&self, series: u64, rounds: std::ops::Range<u64>, every: Duration) -> Figure {
        let all: Vec<Told> = (0..series)
            .map(|n| Told {
                metric: &Metric::JOB_DURATION,
                subject: format!("check {n}"),
                is_changing: n % 2 == 0,
            })
            .collect();
        self.tell_all(&all, rounds, every).await
    }

    /// Tells what so many checks find that are always well: each whether it is, and how long that took, which is another thing each time
    /// for every second one.
    ///
    /// # Panics
    /// If one is not kept.
    pub async fn tell_checks(&self, checks: u64, rounds: std::ops::Range<u64>, every: Duration) -> Figure {
        let all: Vec<Told> = (0..checks)
            .flat_map(|n| {
                let subject = format!("check-{}", uuid::Uuid::from_u128(n.into()));
                let up = Told { metric: &Metric::CHECK_UP, subject: subject.clone(), is_changing: false };
                [up, Told { metric: &Metric::CHECK_DURATION, subject, is_changing: n % 2 == 0 }]
            })
            .collect();
        self.tell_all(&all, rounds, every).await
    }

    async fn tell_all(&self, all: &[Told], rounds: std::ops::Range<u64>, every: Duration) -> Figure {
        let mut counting = JoinSet::new();
        let mut kept = self.count(&mut counting);
        let (began, mut told, mut waited) = (Instant::now(), 0, 0);
        let mut latencies = Vec::new();
        let mut asked = Instant::now();
        for round in rounds {
            let at = BEGIN_MS + (round * every.as_millis() as u64) as i64;
            self.clock.store(at * 1_000, std::sync::atomic::Ordering::SeqCst);
            for (n, told_of) in all.iter().enumerate() {
                let value = if told_of.is_changing { changing(n as u64, round) } else { 1.0 };
                self.samples.tell(sample(told_of, at, value));
                told += 1;
                if told - waited >= BATCH {
                    waited = until_kept(&mut kept, told).await;
                    latencies.push(asked.elapsed());
                    asked = Instant::now();
                }
            }
        }
        let count = until_kept(&mut kept, told).await;
        assert_eq!((count, self.telemetry.dropped()), (told, 0), "every sample is kept");
        Figure::new(told, began.elapsed(), latencies)
    }

    /// Counts what is kept from now on, while it is told: whoever listens only now and then misses some of it.
    fn count(&self, counting: &mut JoinSet<()>) -> watch::Receiver<u64> {
        let mut listening = self.telemetry.listen();
        let (count, kept) = watch::channel(0);
        counting.spawn(async move {
            while let Some((samples, missed)) = listening.next(&Scope::of_test()).await {
                assert_eq!(missed, 0, "every batch is heard");
                count.send_modify(|kept| *kept += samples.len() as u64);
            }
        });
        kept
    }

    /// Reads a year of one series by hours, up to the last of its samples, so many times; answers how many points there are.
    ///
    /// # Panics
    /// If there is no such series.
    pub async fn years(&self, times: usize) -> (Figure, usize) {
        let until = Timestamp::from_micros(self.clock.load(std::sync::atomic::Ordering::SeqCst) + 1_000);
        let since = Timestamp::from_micros(until.as_micros() - 365 * 24 * HOUR_MS * 1_000);
        // 4,000 points are the most of one answer.
        let quarters = [0, 1, 2, 3].map(|n| {
            let quarter = (until.as_micros() - since.as_micros()) / 4;
            let from = since.as_micros() + n * quarter;
            (Timestamp::from_micros(from), Timestamp::from_micros(from + quarter))
        });
        let (mut latencies, mut points) = (Vec::new(), 0);
        for _ in 0..times {
            let asked = Instant::now();
            points = 0;
            for (since, until) in quarters {
                points += self.points(Wanted { since, until, step: Step::Ms(HOUR_MS as u64) }).await;
            }
            latencies.push(asked.elapsed());
        }
        (Figure::of_pieces(latencies), points)
    }

    /// Reads one of these from the first to the last in so many points, one for each pixel, so many times.
    pub async fn overviews(&self, times: usize, width: u64) -> Figure {
        let until = Timestamp::from_micros(self.clock.load(std::sync::atomic::Ordering::SeqCst) + 1_000);
        let mut latencies = Vec::new();
        for _ in 0..times {
            let asked = Instant::now();
            self.points(Wanted { since: moment(BEGIN_MS), until, step: Step::Points(width) }).await;
            latencies.push(asked.elapsed());
        }
        Figure::of_pieces(latencies)
    }

    /// Reads what the page of a check shows of all its time: its days, and how long its looks took, one point a pixel; so many times.
    pub async fn pages(&self, times: usize, days: u64, width: u64) -> Figure {
        let until = Timestamp::from_micros(self.clock.load(std::sync::atomic::Ordering::SeqCst) + 1_000);
        let check = format!("check-{}", uuid::Uuid::from_u128(0));
        let mut latencies = Vec::new();
        for _ in 0..times {
            let asked = Instant::now();
            let since = moment(BEGIN_MS);
            let by_days = Wanted { since, until, step: Step::Ms(24 * HOUR_MS as u64) };
            let found = self.points_of(&format!("check.up/{check}"), by_days).await;
            assert!(found as u64 >= days, "each day has been looked at");
            self.points_of(
                &format!("check.duration/{check}"),
                Wanted { since, until, step: Step::Points(width) },
            )
            .await;
            latencies.push(asked.elapsed());
        }
        Figure::of_pieces(latencies)
    }

    async fn points(&self, wanted: Wanted) -> usize {
        self.points_of("job.duration/check 0", wanted).await
    }

    async fn points_of(&self, series: &str, wanted: Wanted) -> usize {
        let name = SeriesName::of(series);
        let found = self.telemetry.points(Scope::of_test(), name, wanted).await;
        found.expect("it can be read").expect("there is such a series").1.points.len()
    }

    /// What it takes on the disk.
    pub fn size_bytes(&self) -> u64 {
        self.telemetry.size_bytes()
    }

    /// Ends it.
    pub fn stop(self) {
        self.telemetry.stop();
    }
}

/// The same rows by bare inserts, in batches of the same size, each a transaction: what SQLite itself takes.
///
/// # Panics
/// If SQLite refuses.
pub fn bare(folder: &Path, rows: u64) -> Figure {
    let mut connection = Connection::open(folder.join("bare.sqlite")).expect("it can be made");
    connection.pragma_update(None, "journal_mode", "wal").expect("it is known");
    connection.pragma_update(None, "synchronous", "normal").expect("it is known");
    let table =
        "CREATE TABLE recent (series INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL) STRICT";
    connection.execute(table, []).expect("it can be made");
    let (began, mut latencies) = (Instant::now(), Vec::new());
    for batch in 0..rows.div_ceil(BATCH) {
        let asked = Instant::now();
        let transaction = connection.transaction().expect("it begins");
        {
            let insert = "INSERT INTO recent (series, at, value) VALUES (?1, ?2, ?3)";
            let mut insert = transaction.prepare_cached(insert).expect("it is SQL");
            for row in batch * BATCH..rows.min((batch + 1) * BATCH) {
                let (series, at) = ((row % 1_000) as i64, BEGIN_MS + (row / 1_000) as i64);
                insert.execute((series, at, value(row % 1_000, row / 1_000))).expect("it takes a row");
            }
        }
        transaction.commit().expect("it commits");
        latencies.push(asked.elapsed());
    }
    Figure::new(rows, began.elapsed(), latencies)
}

/// A series of which samples are told.
struct Told {
    metric: &'static Metric,
    subject: String,
    /// Whether it says another thing each time.
    is_changing: bool,
}

/// Every second series says the same each time, the others something that has no pattern.
fn value(series: u64, round: u64) -> f64 {
    if series % 2 == 1 { 1.0 } else { changing(series, round) }
}

/// Something that has no pattern.
fn changing(series: u64, round: u64) -> f64 {
    let mixed = (series << 32 | round).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    0.02 + (mixed >> 40) as f64 / 1e8
}

fn sample(Told { metric, subject, .. }: &Told, at_ms: i64, value: f64) -> Sample {
    let sample = Sample::of_installation(metric, moment(at_ms), value);
    Sample { subject: subject.clone().into(), ..sample }
}

/// Waits until so many are kept, and answers how many are.
async fn until_kept(kept: &mut watch::Receiver<u64>, wanted: u64) -> u64 {
    *kept.wait_for(|kept| *kept >= wanted).await.expect("it is counted as long as the store is there")
}

const fn moment(at_ms: i64) -> Timestamp {
    Timestamp::from_micros(at_ms * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_kept_and_read_and_bare_rows_are_there() {
        let folder = tempfile::tempdir().unwrap();
        crate::runtime().block_on(async {
            let store = Store::open(folder.path());
            let told = store.tell(3, 0..200, Duration::from_mins(10)).await;
            assert_eq!(told.count, 600);
            let (read, points) = store.years(2).await;
            assert_eq!((read.count, points), (2, 34));
            assert_eq!(store.overviews(3, 90).await.count, 3);
            assert!(store.size_bytes() > 4_096);
            let told = store.tell_checks(4, 200..400, Duration::from_hours(1)).await;
            assert_eq!(told.count, 1_600);
            assert_eq!(store.pages(2, 8, 100).await.count, 2);
            store.stop();
        });
        assert_eq!(bare(folder.path(), 12_000).count, 12_000);
        let rows = Connection::open(folder.path().join("bare.sqlite")).unwrap();
        let count: i64 = rows.query_row("SELECT count(*) FROM recent", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 12_000);
    }
}
