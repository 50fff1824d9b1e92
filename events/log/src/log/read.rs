//! What readers ask for, and the one loop that finds it (PL-04).

use std::{borrow::Cow, ops::RangeInclusive};

use mediary_events::{Category, Recorded, StreamId, Subject, Subjects};
use mediary_schema::{CorrelationId, ProjectId, scope::Scope};
use redb::{ReadTransaction, ReadableTable};
use uuid::Uuid;

use super::{
    error::{Damage, ReadError},
    frame::{Frame, FrameError},
    tables::EVENTS,
};
use crate::access;

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

/// Which events a reader wants; the default is all. Each list is "any of these", an empty one is "any".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Prefixes of the text form of streams: `playlist`, `playlist-`, `playlist-0189…`.
    pub streams: Vec<String>,
    /// Stored names: `playlist.refresh_completed`, or `playlist.*` or `playlist` for all of a concern.
    pub kinds: Vec<String>,
    /// Things that an event is about: it is of their own stream, or names them as a subject.
    pub subjects: Vec<Subject>,
    /// Only what belongs to this project.
    pub project: Option<ProjectId>,
    /// Only this story.
    pub correlation_id: Option<CorrelationId>,
    /// Only what is seen in this scope; a [`super::LogReader`] sets it.
    pub(super) scope: Option<Scope>,
}

/// What a filter looks at.
#[derive(Debug, Clone, Copy)]
struct Facts<'a> {
    category: &'a str,
    stream: Uuid,
    name: &'a str,
    project: ProjectId,
    correlation_id: CorrelationId,
}

impl Filter {
    /// Every event.
    pub fn all() -> Self {
        Self::default()
    }

    /// Events of these concerns.
    pub fn categories<C: Into<Category>>(categories: impl IntoIterator<Item = C>) -> Self {
        let kinds = categories.into_iter().map(|category| format!("{}.*", category.into())).collect();
        Self { kinds, ..Self::default() }
    }

    /// Events of these stored names (`playlist.refresh_completed`, `playlist.*`).
    pub fn kinds<K: Into<String>>(kinds: impl IntoIterator<Item = K>) -> Self {
        Self { kinds: kinds.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Events of one stream.
    pub fn stream(stream: &StreamId) -> Self {
        Self { streams: vec![stream.to_string()], ..Self::default() }
    }

    /// All that happened to a thing, in whichever concern.
    pub fn about(thing: impl Into<Subject>) -> Self {
        Self { subjects: vec![thing.into()], ..Self::default() }
    }

    /// Only these of them, by stored name or concern.
    #[must_use]
    pub fn of_kinds<K: Into<String>>(self, kinds: impl IntoIterator<Item = K>) -> Self {
        Self { kinds: kinds.into_iter().map(Into::into).collect(), ..self }
    }

    /// Only what a scope may see.
    #[must_use]
    pub(crate) fn seen_in(self, scope: Scope) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// Whether the filter lets this event pass.
    pub fn matches(&self, event: &Recorded) -> bool {
        let envelope = &event.envelope;
        self.passes(&Facts {
            category: &envelope.stream.category,
            stream: envelope.stream.uuid,
            name: &envelope.name,
            project: envelope.project,
            correlation_id: envelope.correlation_id,
        }) && self.is_about(&envelope.stream.category, envelope.stream.uuid, || {
            Cow::Borrowed(&envelope.extensions.subjects)
        })
    }

    pub(super) fn matches_frame(&self, frame: &Frame<'_>) -> bool {
        self.passes(&Facts {
            category: frame.category(),
            stream: frame.stream_uuid(),
            name: frame.name(),
            project: frame.project(),
            correlation_id: frame.correlation_id(),
        }) && self.is_about(frame.category(), frame.stream_uuid(), || Cow::Owned(frame.extensions().subjects))
    }

    /// Whether an event of a stream with these subjects is about what the filter names.
    fn is_about<'s>(&self, category: &str, uuid: Uuid, named: impl FnOnce() -> Cow<'s, Subjects>) -> bool {
        if self.subjects.is_empty() {
            return true;
        }
        let is_itself = |thing: &Subject| thing.kind == category && thing.id == uuid;
        if self.subjects.iter().any(is_itself) {
            return true;
        }
        let named = named();
        self.subjects.iter().any(|thing| named.contains(thing))
    }

    /// The categories that an event must have one of, if the filter names them.
    pub(super) fn categories_wanted(&self) -> Option<Vec<&str>> {
        let of_kinds = || {
            self.kinds.iter().map(|kind| kind.split_once('.').map_or(kind.as_str(), |(category, _)| category))
        };
        let of_streams = || self.streams.iter().map(|prefix| prefix.split_once('-'));
        let mut wanted: Vec<&str> = if !self.kinds.is_empty() {
            of_kinds().collect()
        } else if !self.streams.is_empty() {
            // A prefix without a hyphen may be the begin of several categories.
            of_streams().map(|prefix| prefix.map(|(category, _)| category)).collect::<Option<_>>()?
        } else {
            return None;
        };
        wanted.sort_unstable();
        wanted.dedup();
        Some(wanted)
    }

    fn passes(&self, facts: &Facts<'_>) -> bool {
        self.scope.is_none_or(|scope| scope.sees(facts.project) && scope.allows(access::read(facts.category)))
            && self.project.is_none_or(|project| project == facts.project)
            && self.correlation_id.is_none_or(|story| story == facts.correlation_id)
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind_matches(kind, facts)))
            && (self.streams.is_empty() || self.streams.iter().any(|prefix| stream_matches(prefix, facts)))
    }
}

fn kind_matches(kind: &str, facts: &Facts<'_>) -> bool {
    match kind.split_once('.') {
        Some((category, name)) => category == facts.category && (name == "*" || name == facts.name),
        None => kind == facts.category,
    }
}

fn stream_matches(prefix: &str, facts: &Facts<'_>) -> bool {
    match prefix.split_once('-') {
        None => facts.category.starts_with(prefix),
        Some((category, uuid_prefix)) => {
            let mut buffer = Uuid::encode_buffer();
            let uuid: &str = facts.stream.hyphenated().encode_lower(&mut buffer);
            category == facts.category && uuid.starts_with(uuid_prefix)
        }
    }
}

/// A request to read the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The first position to look at; backwards, a position after the end means the end.
    pub from: u64,
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
pub(super) fn scan(transaction: &ReadTransaction, scan: &Scan<'_>) -> Result<Scanned, ReadError> {
    let mut found = Scanned { events: Vec::new(), last_position: None, frames: 0, complete: false };
    if scan.range.is_empty() {
        return Ok(Scanned { complete: true, ..found });
    }
    let events = transaction.open_table(EVENTS)?;
    let mut rows = events.range(scan.range.clone())?;
    let mut bytes = 0;
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
        if scan.filter.matches_frame(&frame) {
            let event = frame.recorded()?;
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
    position: u64,
) -> Result<Option<Recorded>, ReadError> {
    match events.get(position)? {
        Some(value) => Ok(Some(parse(position, value.value())?.recorded()?)),
        None => Ok(None),
    }
}
