mod trouble;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicI64},
};

use mediary_log::telemetry::Samples;
use mediary_schema::{
    Clock, PrincipalId, ProjectId, Timestamp,
    account::Role,
    scope::Scope,
    telemetry::{Metric, Sample, SeriesName},
};
use proptest::prelude::*;
use tempfile::TempDir;
use uuid::Uuid;

use super::{
    file,
    query::timestamp,
    series::{Known, SERIES_MAX},
    write::Store,
    *,
};

const HOUR: i64 = Resolution::Hour.bucket_ms();
const DAY: i64 = Resolution::Day.bucket_ms();
/// 2026-11-28T00:00:00Z.
const TODAY: i64 = 1_795_824_000_000;

fn sample(subject: &str, at: i64, value: f64) -> Sample {
    Sample {
        subject: subject.to_owned().into(),
        ..Sample {
            metric: &Metric::JOB_DURATION,
            ..Sample::of_installation(&Metric::HOST_LOAD, timestamp(at), value)
        }
    }
}

fn of_work(subject: &str) -> SeriesName {
    SeriesName::of(&format!("job.duration/{subject}"))
}

/// A store on its thread, with a clock that is set.
struct Kept {
    telemetry: Telemetry,
    samples: Samples,
    clock: Arc<AtomicI64>,
    folder: TempDir,
}

impl Kept {
    fn new() -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), Retention::default(), TODAY)
    }

    fn in_folder(folder: TempDir, retention: Retention, now: i64) -> Self {
        let (clock, cell) = Clock::manual(timestamp(now));
        let options = TelemetryOptions { data: folder.path().to_owned(), retention, clock };
        let (telemetry, samples) = Telemetry::start(options).unwrap();
        Self { telemetry, samples, clock: cell, folder }
    }

    fn set(&self, now: i64) {
        self.clock.store(now * 1_000, std::sync::atomic::Ordering::SeqCst);
    }

    /// The same after a stop and a start.
    fn again(self) -> Self {
        let now = self.clock.load(std::sync::atomic::Ordering::SeqCst) / 1_000;
        self.telemetry.stop();
        Self::in_folder(self.folder, Retention::default(), now)
    }

    /// Tells samples, and waits until they are written, blocks and all.
    async fn tell(&self, samples: impl IntoIterator<Item = Sample>) {
        let mut listening = self.telemetry.listen();
        let samples: Vec<Sample> = samples.into_iter().collect();
        let mut left = samples.len();
        for sample in samples {
            self.samples.tell(sample);
        }
        while left > 0 {
            let (told, missed) = listening.next(&Scope::of_test()).await.unwrap();
            assert_eq!(missed, 0);
            // What was told before, unwaited for, may be heard here too.
            left = left.saturating_sub(told.len());
        }
    }

    async fn points(&self, name: &str, since: i64, until: i64, step: Step) -> Points {
        let wanted = Wanted { since: timestamp(since), until: timestamp(until), step };
        let answer = self.telemetry.points(Scope::of_test(), SeriesName::of(name), wanted).await;
        answer.unwrap().unwrap().1
    }

    fn path(&self) -> PathBuf {
        file::path(self.folder.path())
    }
}

/// Opens a store and waits for it, without a thread.
fn open(folder: &Path) -> (Store, Known) {
    let known = Known::default();
    (Store::open(&file::path(folder), Retention::default(), known.clone()).unwrap(), known)
}

/// What a series is, worked out by hand.
fn model(samples: &[(i64, f64)], since: i64, until: i64, step: i64) -> BTreeMap<i64, (u64, f64, f64, f64)> {
    let mut pieces: BTreeMap<i64, (u64, f64, f64, f64)> = BTreeMap::new();
    for (at, value) in samples.iter().filter(|(at, _)| (since..until).contains(at)) {
        let piece = pieces.entry(at - at.rem_euclid(step)).or_insert((0, f64::MAX, f64::MIN, 0.0));
        *piece = (piece.0 + 1, piece.1.min(*value), piece.2.max(*value), piece.3 + value);
    }
    pieces
}

fn shown(points: &Points) -> BTreeMap<i64, (u64, f64, f64, f64)> {
    let of = |point: &Point| {
        let Bucket { count, min, max, sum, .. } = point.bucket;
        (point.start.as_micros() / 1_000, (count, min, max, sum))
    };
    points.points.iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    // Late ones among them, through blocks and a restart, at every step: whole numbers, whose sums are exact.
    #[test]
    fn an_answer_is_what_the_samples_come_to(
        batches in prop::collection::vec(prop::collection::vec((0_i64..3 * DAY, -50_i64..50, 0_u8..3), 1..40), 1..12),
        restarts_after in 0_usize..12,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut kept = Kept::new();
            let mut told: BTreeMap<u8, Vec<(i64, f64)>> = BTreeMap::new();
            for (n, batch) in batches.iter().enumerate() {
                kept.set(TODAY + n as i64 * 5 * HOUR);
                let samples = batch.iter().map(|(ago, value, of)| {
                    let (at, value) = (TODAY - ago, *value as f64);
                    told.entry(*of).or_default().push((at, value));
                    sample(&of.to_string(), at, value)
                });
                kept.tell(samples.collect::<Vec<_>>()).await;
                if n == restarts_after {
                    kept = kept.again();
                }
            }
            let (since, until) = (TODAY - 3 * DAY, TODAY + 1);
            for (of, samples) in &told {
                let name = format!("job.duration/{of}");
                for (step, resolution) in [
                    (15 * 60_000, Resolution::Minute),
                    (HOUR, Resolution::Hour),
                    (5 * HOUR, Resolution::Hour),
                    (DAY, Resolution::Day),
                ] {
                    let points = kept.points(&name, since, until, Step::Ms(step as u64)).await;
                    assert_eq!((points.resolution, points.step_ms), (resolution, step as u64));
                    assert_eq!(shown(&points), model(samples, since, until, step), "{name} by {step}");
                }
                let since = TODAY - DAY / 2;
                let points = kept.points(&name, since, until, Step::Points(100)).await;
                assert_eq!(shown(&points), model(samples, since, until, points.step_ms as i64));
                let last = samples.iter().map(|(at, _)| *at).max();
                let series = kept.telemetry.series(Scope::of_test()).await.unwrap();
                let series = series.into_iter().find(|one| one.name.to_string() == name).unwrap();
                assert_eq!(Some(series.latest.last_at), last);
            }
            kept.telemetry.stop();
        });
    }
}

#[tokio::test]
async fn quantiles_are_told_as_long_as_every_sample_is_there() {
    let kept = Kept::new();
    kept.tell((1..=200).map(|n| sample("download", TODAY - 1_000 + n, n as f64))).await;
    let point = |points: Points| points.points.first().cloned().unwrap();
    let one = point(kept.points("job.duration/download", TODAY - HOUR, TODAY, Step::Points(1)).await);
    assert_eq!(one.quantiles, Some([100.0, 190.0, 198.0]));
    assert_eq!((one.bucket.mean(), one.bucket.last), (100.5, 200.0));
    kept.set(TODAY + 5 * DAY);
    kept.tell([sample("download", TODAY + 5 * DAY, 1.0)]).await;
    let one = point(kept.points("job.duration/download", TODAY - HOUR, TODAY, Step::Points(1)).await);
    assert_eq!((one.quantiles, one.bucket.count, one.bucket.mean()), (None, 200, 100.5));
    kept.telemetry.stop();
}

#[tokio::test]
async fn each_resolution_is_kept_for_its_time_and_a_step_grows_where_finer_is_gone() {
    let kept = Kept::new();
    kept.tell([sample("a", TODAY, 1.0), sample("a", TODAY + 1_000, 3.0)]).await;
    for (days, resolution, step) in [
        (1, Resolution::Raw, 60_000),
        (3, Resolution::Minute, 60_000),
        (20, Resolution::Hour, HOUR as u64),
        (800, Resolution::Hour, HOUR as u64),
    ] {
        kept.set(TODAY + days * DAY);
        kept.tell([sample("b", TODAY + days * DAY, 0.0)]).await;
        let points = kept.points("job.duration/a", TODAY, TODAY + HOUR, Step::Ms(60_000)).await;
        assert_eq!((points.resolution, points.step_ms), (resolution, step), "after {days} days");
        let bucket = points.points.first().unwrap().bucket;
        assert_eq!((bucket.count, bucket.min, bucket.max, bucket.last), (2, 1.0, 3.0, 3.0));
    }
    kept.telemetry.stop();
    let rows = rusqlite::Connection::open(kept.path()).unwrap();
    let blocks =
        "SELECT group_concat(resolution) FROM (SELECT resolution FROM block WHERE series = 1 ORDER BY 1)";
    assert_eq!(rows.query_row(blocks, [], |row| row.get::<_, String>(0)).unwrap(), "2,3");
}

#[tokio::test]
async fn a_series_of_which_nothing_is_kept_is_none() {
    let days = Some(1);
    let retention = Retention { raw_days: days, minute_days: days, hour_days: days, day_days: Some(10) };
    let kept = Kept::in_folder(tempfile::tempdir().unwrap(), retention, TODAY);
    kept.tell([sample("a", TODAY, 1.0)]).await;
    kept.set(TODAY + 11 * DAY);
    kept.tell([sample("b", TODAY + 11 * DAY - HOUR, 1.0)]).await;
    // The answer is of after the batch, its blocks are made behind it.
    kept.tell([sample("b", TODAY + 11 * DAY, 1.0)]).await;
    let names: Vec<_> =
        kept.telemetry.series(Scope::of_test()).await.unwrap().into_iter().map(|s| s.name).collect();
    assert_eq!(names, [of_work("b")]);
    kept.telemetry.stop();
}

// invariant: M-3
#[tokio::test]
async fn what_one_may_not_see_is_not_there() {
    let kept = Kept::new();
    let other = ProjectId::from_uuid(Uuid::from_u128(0xBEEF));
    let load = Sample::of_installation(&Metric::HOST_LOAD, timestamp(TODAY), 1.0);
    let of_other = Sample { project: other, ..sample("download", TODAY, 2.0) };
    kept.tell([load, sample("download", TODAY, 1.0)]).await;
    let mut listening = kept.telemetry.listen();
    kept.samples.tell(of_other);
    let seen_by = |project, role| Scope::of_session(project, PrincipalId::OWNER, role);
    let (told, _) = listening.next(&seen_by(other, Role::Viewer)).await.unwrap();
    assert_eq!(told.len(), 1);
    for (project, role, expected) in [
        (ProjectId::HOME, Role::Owner, vec!["host.load", "job.duration/download"]),
        (ProjectId::HOME, Role::Editor, vec!["host.load", "job.duration/download"]),
        (ProjectId::HOME, Role::Viewer, vec!["job.duration/download"]),
        (other, Role::Owner, vec!["job.duration/download"]),
    ] {
        let scope = seen_by(project, role);
        let series = kept.telemetry.series(scope).await.unwrap();
        assert_eq!(series.iter().map(|one| one.name.to_string()).collect::<Vec<_>>(), expected);
        let last = series.last().unwrap().latest.last;
        assert!((last > 1.5) == (project == other), "{last}");
        let wanted = Wanted { since: timestamp(TODAY), until: timestamp(TODAY + 1), step: Step::Points(1) };
        let points = kept.telemetry.points(scope, SeriesName::of("host.load"), wanted).await.unwrap();
        assert_eq!(points.is_some(), expected.contains(&"host.load"));
    }
    kept.telemetry.stop();
}

#[test]
fn what_is_beyond_the_most_series_is_left_out_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, known) = open(folder.path());
    let all: Vec<_> = (0..SERIES_MAX + 3).map(|n| sample(&n.to_string(), TODAY, 1.0)).collect();
    assert_eq!(store.write(&all).unwrap(), 3);
    assert_eq!(store.write(&all[..5]).unwrap(), 0);
    assert_eq!(known.lock().len(), SERIES_MAX);
}

#[tokio::test]
async fn a_copy_is_a_store_as_it_was() {
    let kept = Kept::new();
    kept.tell([sample("a", TODAY - HOUR, 1.0), sample("a", TODAY, 2.0)]).await;
    let mut copy = kept.telemetry.copy().unwrap().unwrap();
    kept.tell([sample("a", TODAY + 1, 3.0)]).await;
    let other = tempfile::tempdir().unwrap();
    fs::create_dir(other.path().join("telemetry")).unwrap();
    std::io::copy(&mut copy, &mut fs::File::create(file::path(other.path())).unwrap()).unwrap();
    let restored = Kept::in_folder(other, Retention::default(), TODAY);
    let points = restored.points("job.duration/a", TODAY - DAY, TODAY + DAY, Step::Ms(HOUR as u64)).await;
    assert_eq!(points.points.iter().map(|point| point.bucket.count).collect::<Vec<_>>(), [1, 1]);
    restored.telemetry.stop();
    kept.telemetry.stop();
    assert_eq!(fs::read_dir(kept.folder.path().join("telemetry")).unwrap().count(), 1, "no copy is left");
}

#[test]
fn a_question_without_an_answer_says_what_is_wrong_with_it() {
    let ask = |since: i64, until: i64, step| {
        let wanted = Wanted { since: timestamp(since), until: timestamp(until), step };
        wanted.reading(&Retention::default(), timestamp(TODAY), true).map(|reading| reading.step_ms)
    };
    assert_eq!(ask(TODAY, TODAY, Step::Points(1)), Err(WantedError::Nothing));
    for step in [Step::Ms(0), Step::Points(0), Step::Points(POINTS_MAX + 1), Step::Ms(u64::MAX)] {
        assert_eq!(ask(TODAY - 1, TODAY, step), Err(WantedError::NoStep));
    }
    assert_eq!(ask(TODAY - HOUR, TODAY, Step::Ms(1)), Err(WantedError::TooMany { points: HOUR as u64 }));
    assert_eq!(ask(TODAY - HOUR, TODAY, Step::Points(90)), Ok(40_000));
    // Of a year a pixel is an hour or more, in whole hours.
    assert_eq!(ask(TODAY - 365 * DAY, TODAY, Step::Points(1_000)), Ok(9 * HOUR));
    let (first, last) = (Timestamp::MIN.as_micros() / 1_000, Timestamp::MAX.as_micros() / 1_000);
    assert_eq!(ask(first, last, Step::Points(4_000)).unwrap() % DAY, 0);
}
