//! What readers ask for, and the one loop that finds it (PL-04).

use std::ops::RangeInclusive;

use mediary_events::Recorded;
use redb::{ReadTransaction, ReadableTable};

use super::{
    error::{Damage, ReadError},
    filter::Filter,
    frame::{Frame, FrameError},
    sealing::Opener,
    tables::EVENTS,
};

/// The most frames that one read transaction looks at: a longer one would pin pages that the writer
/// wants to use again.
pub(super) const SCAN_FRAMES_MAX: usize = 10_000;

/// Which way to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Towards newer events.
    Forward,
    /// Towards older events.
    Backward,
}

/// A request to read the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The first position to look at; backwards, a position after the end means the end.
    pub from: u64,
    /// The last position that there is, if the log is to be seen as it was; what is behind it is not there.
    pub end: u64,
    /// Which way.
    pub direction: Direction,
    /// The most events to return.
    pub limit: usize,
    /// Roughly the most bytes of payload to return; a single larger event is returned all the same.
    pub bytes_max: usize,
    /// Which events.
    pub filter: Filter,
}

impl Read {
    const LIMIT: usize = 1_000;
    const BYTES_MAX: usize = 4 << 20;

    /// From a position on towards newer events, at most 1000 of them or 4 MiB.
    pub fn forward(from: u64) -> Self {
        Self {
            from,
            end: u64::MAX,
            direction: Direction::Forward,
            limit: Self::LIMIT,
            bytes_max: Self::BYTES_MAX,
            filter: Filter::all(),
        }
    }

    /// From a position on towards older events, at most 1000 of them or 4 MiB.
    pub fn backward(from: u64) -> Self {
        Self { direction: Direction::Backward, ..Self::forward(from) }
    }

    /// Returns at most so many events.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Reads a log that ends at this position.
    #[must_use]
    pub fn up_to(mut self, end: u64) -> Self {
        self.end = end;
        self
    }

    /// Returns only these events.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }
}

/// Events, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The events, in the order of reading.
    pub events: Vec<Recorded>,
    /// Where the next page begins; none if the log ends here. A page may be short, or even empty, and have a
    /// next one, since one page looks at a limited number of events.
    pub next_position: Option<u64>,
}

/// The bounds of one scan.
#[derive(Debug, Clone)]
pub(super) struct Scan<'a> {
    pub(super) range: RangeInclusive<u64>,
    pub(super) direction: Direction,
    pub(super) limit: usize,
    pub(super) bytes_max: usize,
    pub(super) frames_max: usize,
    pub(super) filter: &'a Filter,
}

/// What a scan found.
#[derive(Debug)]
pub(super) struct Scanned {
    pub(super) events: Vec<Recorded>,
    /// The last position that was looked at.
    pub(super) last_position: Option<u64>,
    /// How many frames were looked at.
    pub(super) frames: usize,
    /// Whether the range was looked at to its end.
    pub(super) complete: bool,
}

/// Reads a range in one transaction.
pub(super) fn scan(
    transaction: &ReadTransaction,
    opener: Opener<'_>,
    scan: &Scan<'_>,
) -> Result<Scanned, ReadError> {
    let mut found = Scanned { events: Vec::new(), last_position: None, frames: 0, complete: false };
    if scan.range.is_empty() {
        return Ok(Scanned { complete: true, ..found });
    }
    let events = transaction.open_table(EVENTS)?;
    let mut rows = events.range(scan.range.clone())?;
    let (conditions, mut bytes) = (scan.filter.conditions(), 0);
    while found.events.len() < scan.limit && found.frames < scan.frames_max && bytes < scan.bytes_max {
        let row = match scan.direction {
            Direction::Forward => rows.next(),
            Direction::Backward => rows.next_back(),
        };
        let Some(row) = row else {
            found.complete = true;
            break;
        };
        let (position, value) = row?;
        let frame = parse(position.value(), value.value())?;
        found.frames += 1;
        found.last_position = Some(position.value());
        if conditions.allow_frame(&frame) {
            let event = frame.recorded(opener)?;
            bytes += event.payload.as_ref().map_or(0, bytes::Bytes::len);
            found.events.push(event);
        }
    }
    Ok(found)
}

/// Parses a stored frame and checks that it is where it says that it is.
pub(super) fn parse(position: u64, bytes: &[u8]) -> Result<Frame<'_>, Damage> {
    let damaged = |detail: String| Damage::Envelope { first: position, last: position, detail };
    let frame = Frame::parse(bytes).map_err(|error: FrameError| {
        if error.is_newer() {
            Damage::NewerMark { position, what: error.to_string() }
        } else {
            damaged(error.to_string())
        }
    })?;
    if frame.position() != position {
        return Err(damaged(format!("it says that it is event {}", frame.position())));
    }
    Ok(frame)
}

/// One event.
pub(super) fn event_at(
    events: &impl ReadableTable<u64, &'static [u8]>,
    opener: Opener<'_>,
    position: u64,
) -> Result<Option<Recorded>, ReadError> {
    match events.get(position)? {
        Some(value) => Ok(Some(parse(position, value.value())?.recorded(opener)?)),
        None => Ok(None),
    }
}
