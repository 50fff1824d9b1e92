//! What is asked of a series: from when to when, how fine; and in which resolution that is answered.

use mediary_schema::Timestamp;

use super::{
    bucket::{Bucket, Resolution, floor},
    keeping::Retention,
    write::ms,
};

/// The most points of one answer: more than a screen is wide, and a month of quarters of an hour.
pub const POINTS_MAX: u64 = 4_000;
/// The longest step: whoever wants all in one point has it by then.
const STEP_MS_MAX: u64 = 100 * 366 * Resolution::Day.bucket_ms() as u64;

/// How far apart the points of an answer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many milliseconds.
    Ms(u64),
    /// As far that there are so many of them, or fewer: one for each pixel, say.
    Points(u64),
}

/// What is asked of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// From this moment on.
    pub since: Timestamp,
    /// Up to this moment, without it.
    pub until: Timestamp,
    /// How fine.
    pub step: Step,
}

/// Why that can't be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WantedError {
    /// It ends before it begins.
    #[error("`until` is not after `since`")]
    Nothing,
    /// The step is none.
    #[error("a step is from a millisecond to 100 years, and an answer has from 1 to {POINTS_MAX} points")]
    NoStep,
    /// There would be too many points.
    #[error("that would be {points} points, and an answer has {POINTS_MAX} at most: take a longer step")]
    TooMany {
        /// How many.
        points: u64,
    },
}

/// What a piece of a series came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Where it begins.
    pub start: Timestamp,
    /// What its samples come to.
    pub bucket: Bucket,
    /// What half, 95 and 99 of 100 of its samples were not above, each one of them (nearest rank); none where they are not all
    /// at hand.
    pub quantiles: Option<[f64; 3]>,
}

/// A series from one moment to another. Pieces without a sample have no point.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_field_names, reason = "points are what everybody calls them")]
pub struct Points {
    /// From what it was made.
    pub resolution: Resolution,
    /// How long a piece is, in milliseconds: as asked for, or longer where what is finer is not kept.
    pub step_ms: u64,
    /// The pieces, in their order. The first may begin before what was asked for, and has only what is not before it as far as
    /// the resolution can tell.
    pub points: Vec<Point>,
}

/// How it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) since_ms: i64,
    pub(super) until_ms: i64,
    pub(super) step_ms: i64,
    pub(super) resolution: Resolution,
}

impl Wanted {
    /// How it is read, if the samples themselves may be.
    pub(super) fn reading(
        &self,
        retention: &Retention,
        now: Timestamp,
        with_raw: bool,
    ) -> Result<Reading, WantedError> {
        let (since_ms, until_ms) = (ms(self.since), ms(self.until));
        if until_ms <= since_ms {
            return Err(WantedError::Nothing);
        }
        let span = (until_ms - since_ms) as u64;
        let step = match self.step {
            Step::Ms(step @ 1..=STEP_MS_MAX) => step,
            Step::Points(points @ 1..=POINTS_MAX) => span.div_ceil(points),
            Step::Ms(_) | Step::Points(_) => return Err(WantedError::NoStep),
        };
        let resolution = resolution(retention, since_ms, step, ms(now), with_raw);
        // A piece is made of whole buckets.
        let step = step.next_multiple_of(resolution.bucket_ms() as u64);
        // A grid that does not begin where it was asked for has a piece more.
        let points = span / step;
        if points > POINTS_MAX {
            return Err(WantedError::TooMany { points });
        }
        Ok(Reading { since_ms, until_ms, step_ms: step as i64, resolution })
    }
}

/// The samples themselves where all are kept since then; else what is no finer than asked for, and kept; else what is.
fn resolution(retention: &Retention, since_ms: i64, step: u64, now_ms: i64, with_raw: bool) -> Resolution {
    let is_kept = |resolution: &Resolution| retention.has(*resolution, since_ms, now_ms);
    if with_raw && is_kept(&Resolution::Raw) {
        return Resolution::Raw;
    }
    let fits = |resolution: &Resolution| resolution.bucket_ms() as u64 <= step;
    let coarsest = Resolution::ROLLED_UP.into_iter().rev().filter(is_kept).find(fits);
    let finest = || Resolution::ROLLED_UP.into_iter().find(is_kept);
    coarsest.or_else(finest).unwrap_or_else(|| retention.longest())
}

/// Makes pieces of buckets that are in order.
pub(super) fn pieces(reading: &Reading, buckets: &[(i64, Bucket)]) -> Points {
    let is_raw = reading.resolution == Resolution::Raw;
    let mut points: Vec<Point> = Vec::new();
    for of_piece in
        buckets.chunk_by(|one, next| floor(one.0, reading.step_ms) == floor(next.0, reading.step_ms))
    {
        let Some(((at, first), others)) = of_piece.split_first() else { continue };
        let mut bucket = *first;
        for (_, other) in others {
            bucket.take(other);
        }
        let quantiles = is_raw.then(|| quantiles(of_piece));
        points.push(Point { start: timestamp(floor(*at, reading.step_ms)), bucket, quantiles });
    }
    Points { resolution: reading.resolution, step_ms: reading.step_ms as u64, points }
}

/// By nearest rank: each is a sample.
fn quantiles(samples: &[(i64, Bucket)]) -> [f64; 3] {
    let mut values: Vec<f64> = samples.iter().map(|(_, one)| one.last).collect();
    values.sort_by(f64::total_cmp);
    [50, 95, 99].map(|percent| values[(values.len() * percent).div_ceil(100) - 1])
}

pub(super) const fn timestamp(at_ms: i64) -> Timestamp {
    Timestamp::from_micros(at_ms.saturating_mul(1_000))
}
