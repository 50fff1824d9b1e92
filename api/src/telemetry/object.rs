use async_graphql::{Enum, SimpleObject};
use mediary_projections::telemetry::{Point, Points, Resolution, Series};
use mediary_schema::{Timestamp, telemetry::Sample};

use crate::scalar::{DateTime, Long};

/// What is measured over time.
#[derive(Debug, SimpleObject)]
pub(crate) struct TelemetrySeries {
    /// What it is called: `host.load`, `job.duration/download`.
    name: String,
    /// What is measured: the name without its subject.
    metric: String,
    /// Of what: a kind of work, a root.
    subject: Option<String>,
    /// In what, as UCUM says it: `s`, `By`, `By/s`, or `1` for a number or a part of a whole.
    unit: String,
    /// What it is, in one sentence.
    about: String,
    /// When the first of its samples was, however long that is kept.
    first_at: DateTime,
    /// When the last one was.
    last_at: DateTime,
    /// The last one.
    last: f64,
}

impl From<Series> for TelemetrySeries {
    fn from(Series { name, metric, unit, latest }: Series) -> Self {
        Self {
            metric: name.metric.to_string(),
            subject: (!name.subject.is_empty()).then(|| name.subject.to_string()),
            name: name.to_string(),
            unit,
            about: metric.about.to_owned(),
            first_at: moment(latest.first_at),
            last_at: moment(latest.last_at),
            last: latest.last,
        }
    }
}

/// A series from one moment to another.
#[derive(Debug, SimpleObject)]
pub(crate) struct Telemetry {
    /// Which.
    series: TelemetrySeries,
    /// From which moment on.
    pub(super) since: DateTime,
    /// Up to which moment, without it.
    pub(super) until: DateTime,
    /// How long a piece is, in milliseconds: as asked for, or longer where nothing finer is kept.
    step_ms: Long,
    /// From what it was made.
    resolution: TelemetryResolution,
    /// What came of each piece, in order. One without a sample has no point: nothing was measured then.
    points: Vec<TelemetryPoint>,
}

impl Telemetry {
    pub(super) fn of(series: Series, points: Points, since: Timestamp, until: Timestamp) -> Self {
        let Points { resolution, step_ms, points } = points;
        Self {
            series: series.into(),
            since: DateTime(since),
            until: DateTime(until),
            step_ms: Long(step_ms),
            resolution: resolution.into(),
            points: points.into_iter().map(TelemetryPoint::from).collect(),
        }
    }
}

/// How fine a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Resolution")]
pub(crate) enum TelemetryResolution {
    /// The samples themselves.
    Raw,
    /// What those of a minute came to.
    Minute,
    /// What those of an hour came to.
    Hour,
    /// What those of a day of UTC came to.
    Day,
}

/// What the samples of a piece of time came to.
#[derive(Debug, SimpleObject)]
pub(crate) struct TelemetryPoint {
    /// Where the piece begins.
    at: DateTime,
    /// How many samples it has.
    count: Long,
    /// The least.
    min: f64,
    /// The greatest.
    max: f64,
    /// What they are on average.
    mean: f64,
    /// All of them together.
    sum: f64,
    /// The last.
    last: f64,
    /// When that was.
    last_at: DateTime,
    /// The sample that half of them are not above; null where not all of them are kept any more.
    p50: Option<f64>,
    /// The one that 95 of 100 are not above; null as `p50`.
    p95: Option<f64>,
    /// The one that 99 of 100 are not above; null as `p50`.
    p99: Option<f64>,
}

impl From<Point> for TelemetryPoint {
    fn from(Point { start, bucket, quantiles }: Point) -> Self {
        let quantile = |n: usize| quantiles.map(|quantiles| quantiles[n]);
        Self {
            at: DateTime(start),
            count: Long(bucket.count),
            min: bucket.min,
            max: bucket.max,
            mean: bucket.mean(),
            sum: bucket.sum,
            last: bucket.last,
            last_at: moment(bucket.last_at),
            p50: quantile(0),
            p95: quantile(1),
            p99: quantile(2),
        }
    }
}

/// Samples that were kept just now.
#[derive(Debug, SimpleObject)]
pub(crate) struct TelemetryNews {
    /// In the order in which they were told.
    pub(super) samples: Vec<TelemetrySample>,
    /// Batches that were kept before these and are not told, since the client was behind; `telemetry` has them.
    pub(super) missed_batch_count: Long,
}

/// A sample.
#[derive(Debug, SimpleObject)]
pub(crate) struct TelemetrySample {
    /// The series: `host.load`, `job.duration/download`.
    pub(super) series: String,
    /// When it was.
    at: DateTime,
    /// The number, in the unit of the series.
    value: f64,
}

impl TelemetrySample {
    pub(super) fn last_of(Series { name, latest, .. }: Series) -> Self {
        Self { series: name.to_string(), at: moment(latest.last_at), value: latest.last }
    }

    pub(super) fn of(sample: &Sample) -> Self {
        Self { series: sample.series().to_string(), at: DateTime(sample.at), value: sample.value }
    }
}

const fn moment(at_ms: i64) -> DateTime {
    DateTime(Timestamp::from_micros(at_ms.saturating_mul(1_000)))
}
