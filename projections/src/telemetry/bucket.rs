//! What the samples of a while come to.

/// How fine a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolution {
    /// The samples themselves, to the millisecond.
    Raw,
    /// What those of a minute come to.
    Minute,
    /// What those of an hour come to.
    Hour,
    /// What those of a day of UTC come to.
    Day,
}

impl Resolution {
    /// Every one, the finest first.
    pub const ALL: [Self; 4] = [Self::Raw, Self::Minute, Self::Hour, Self::Day];
    /// Those in which samples are rolled up.
    pub(super) const ROLLED_UP: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// How long a bucket of it is, in milliseconds.
    pub const fn bucket_ms(self) -> i64 {
        match self {
            Self::Raw => 1,
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
        }
    }

    /// Of how long one block has the buckets, in milliseconds: as many as make it about a kilobyte, and none of which more
    /// than the last is still to change.
    pub(super) const fn block_ms(self) -> i64 {
        match self {
            Self::Raw | Self::Minute => Self::Hour.bucket_ms(),
            Self::Hour => Self::Day.bucket_ms(),
            Self::Day => 32 * Self::Day.bucket_ms(),
        }
    }

    /// Its number in the file.
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Raw => 0,
            Self::Minute => 1,
            Self::Hour => 2,
            Self::Day => 3,
        }
    }
}

/// The beginning of the piece of time of this length that a moment is in.
pub(super) const fn floor(at_ms: i64, length_ms: i64) -> i64 {
    at_ms - at_ms.rem_euclid(length_ms)
}

/// What the samples of a piece of time come to. There is at least one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// How many there are.
    pub count: u64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// All of them together.
    pub sum: f64,
    /// The last.
    pub last: f64,
    /// When that was, in milliseconds since 1970.
    pub last_at: i64,
}

impl Bucket {
    /// One sample.
    pub const fn of(at: i64, value: f64) -> Self {
        Self { count: 1, min: value, max: value, sum: value, last: value, last_at: at }
    }

    /// Takes in another, whichever was first.
    pub fn take(&mut self, other: &Self) {
        self.count += other.count;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum += other.sum;
        if other.last_at >= self.last_at {
            (self.last, self.last_at) = (other.last, other.last_at);
        }
    }

    /// What they are on average.
    pub fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }
}

/// Takes buckets in order of time into those of a piece of time each, behind what is there.
pub(super) fn roll_up(
    into: &mut Vec<(i64, Bucket)>,
    length_ms: i64,
    buckets: impl IntoIterator<Item = (i64, Bucket)>,
) {
    for (at, bucket) in buckets {
        let start = floor(at, length_ms);
        match into.last_mut() {
            Some((last, there)) if *last == start => there.take(&bucket),
            _ => into.push((start, bucket)),
        }
    }
}
