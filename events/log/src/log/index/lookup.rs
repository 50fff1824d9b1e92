//! Finds events by an index. What the index says is compared with the event that it names: an index that is wrong
//! is made anew, and asked again.

use mediary_events::{Recorded, StreamId, Subject};
use mediary_schema::{CommandId, EventId, PrincipalId};
use redb::{Key, Range, ReadTransaction, ReadableTable, Value};
use uuid::Uuid;

use super::{
    Index,
    fill::{self, Categories},
    tables::{self, CATEGORIES, COMMANDS, CategoryRow, IDS, PLACES, STREAMS, SUBJECTS},
};
use crate::log::{
    append::{Appended, Versions},
    error::{IndexFault, ReadError, Trouble},
    read::{self, Direction, Scan, Scanned},
    sealing::Opener,
    store::Store,
    tables::EVENTS,
};

/// Below this share of the log, events of some categories are found one by one; above it reading all is quicker.
const SELECTIVE_SHARE: u64 = 8;

/// An index and what it is of.
#[derive(Debug, Clone, Copy)]
pub(in crate::log) struct Lookup<'l> {
    pub(in crate::log) store: &'l Store,
    pub(in crate::log) index: &'l Index,
}

impl Lookup<'_> {
    /// The event with an id.
    pub(in crate::log) fn event(&self, id: EventId) -> Result<Option<Recorded>, ReadError> {
        self.find(|| {
            let place = self.index.read(|index| {
                let ids = index.open_table(IDS).map_err(IndexFault::from)?;
                let place = ids.get(id.uuid().as_bytes()).map_err(IndexFault::from)?;
                Ok(place.map(|position| position.value()))
            })?;
            let Some(position) = place else { return Ok(None) };
            let mut event = self.store.event_at(position)?.filter(|event| event.envelope.id == id);
            self.store.erasures().fill(event.as_mut_slice());
            event.map(Some).ok_or_else(|| IndexFault::Disagrees { index: "ids", position }.into())
        })
    }

    /// The version of a stream; 0 if there is no such stream.
    pub(in crate::log) fn stream_version(&self, stream: &StreamId) -> Result<u64, ReadError> {
        self.find(|| {
            self.index.read(|index| {
                let Some(row) = category(index, &stream.category)? else { return Ok(0) };
                let streams = index.open_table(STREAMS).map_err(IndexFault::from)?;
                Ok(fill::stream_version(&streams, row.number, stream.uuid)?)
            })
        })
    }

    /// The events of a stream from a version on, as far as they stand before the end of the log as it was.
    pub(in crate::log) fn stream(
        &self,
        end: u64,
        stream: &StreamId,
        from_version: u64,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Recorded>, ReadError> {
        self.find(|| {
            let places =
                self.index.read(|index| Ok(versions(index, end, stream, from_version, direction, limit)?))?;
            self.store.read_with(|record| {
                let events = record.open_table(EVENTS).map_err(ReadError::from)?;
                let mut found = Vec::with_capacity(places.len());
                for (version, position) in &places {
                    let event = read::event_at(&events, self.store.opener(), *position)?.filter(|event| {
                        event.envelope.stream == *stream && event.envelope.version == *version
                    });
                    found.push(event.ok_or(IndexFault::Disagrees { index: "streams", position: *position })?);
                }
                self.store.erasures().fill(&mut found);
                Ok(found)
            })
        })
    }

    /// What a command recorded, if it was accepted.
    pub(in crate::log) fn command(
        &self,
        principal: PrincipalId,
        command: CommandId,
    ) -> Result<Option<Appended>, ReadError> {
        self.find(|| {
            let range = self.index.read(|index| {
                let commands = index.open_table(COMMANDS).map_err(IndexFault::from)?;
                let value =
                    commands.get(&tables::command_key(principal, command)).map_err(IndexFault::from)?;
                Ok(value.map(|value| tables::command_range(value.value())))
            })?;
            let Some((first, events)) = range else { return Ok(None) };
            let answer = self.store.read_with(|record| {
                let table = record.open_table(EVENTS).map_err(ReadError::from)?;
                repeated(&table, principal, command, first, events)
            })?;
            Ok(Some(answer))
        })
    }

    /// What is kept about each category.
    pub(in crate::log) fn categories(&self) -> Result<Categories, ReadError> {
        self.find(|| {
            self.index.read(|index| {
                let rows = index.open_table(CATEGORIES).map_err(IndexFault::from)?;
                Ok(Categories::load(&rows)?)
            })
        })
    }

    /// Looks through a range: by the index of subjects where the filter names things, by that of categories where it wants
    /// few, else event by event.
    pub(in crate::log) fn scan(&self, scan: &Scan<'_>) -> Result<Scanned, ReadError> {
        let mut found = self.look_through(scan)?;
        self.store.erasures().fill(&mut found.events);
        Ok(found)
    }

    fn look_through(&self, scan: &Scan<'_>) -> Result<Scanned, ReadError> {
        if scan.range.is_empty() {
            return self.store.scan(scan);
        }
        let places = if scan.filter.subjects.is_empty() {
            let Some(wanted) = scan.filter.categories_wanted() else { return self.store.scan(scan) };
            self.find(|| self.index.read(|index| Ok(places(index, &wanted, scan)?)))?
        } else {
            Some(self.find(|| self.index.read(|index| Ok(about(index, scan)?)))?)
        };
        match places {
            Some(places) => self.find(|| {
                self.store.read_with(|record| at_places(record, self.store.opener(), &places, scan))
            }),
            None => self.store.scan(scan),
        }
    }

    /// Looks something up; a faulty index is made anew and asked once more.
    fn find<T>(&self, look: impl Fn() -> Result<T, Trouble>) -> Result<T, ReadError> {
        let generation = self.index.generation();
        match look() {
            Err(Trouble::Index(fault)) if fault.is_damage() => {
                self.index.remake(self.store, generation, &fault)?;
                Ok(look()?)
            }
            outcome => Ok(outcome?),
        }
    }
}

/// The answer to a command that was recorded before.
pub(in crate::log) fn repeated(
    record: &impl ReadableTable<u64, &'static [u8]>,
    principal: PrincipalId,
    command: CommandId,
    first_position: u64,
    events: u32,
) -> Result<Appended, Trouble> {
    let disagrees = IndexFault::Disagrees { index: "commands", position: first_position };
    let Some(last_position) =
        first_position.checked_add(u64::from(events)).and_then(|end| end.checked_sub(1))
    else {
        return Err(disagrees.into());
    };
    let mut versions = Versions::default();
    let mut seen = 0;
    for row in record.range(first_position..=last_position).map_err(ReadError::from)? {
        let (position, value) = row.map_err(ReadError::from)?;
        let frame = read::parse(position.value(), value.value()).map_err(ReadError::from)?;
        let ours = frame.principal() == principal
            && frame.command_id() == command
            && (frame.append_index(), frame.append_len()) == (seen, events);
        if !ours {
            break;
        }
        versions.set(&frame.stream(), frame.version());
        seen += 1;
    }
    if seen != events {
        return Err(disagrees.into());
    }
    Ok(Appended { first_position, last_position, versions: versions.into_list(), repeated: true })
}

fn category(index: &ReadTransaction, name: &str) -> Result<Option<CategoryRow>, IndexFault> {
    let categories = index.open_table(CATEGORIES)?;
    Ok(categories.get(name)?.map(|value| CategoryRow::from_bytes(value.value())))
}

/// Versions of a stream with their positions, none of them behind `end`.
fn versions(
    index: &ReadTransaction,
    end: u64,
    stream: &StreamId,
    from_version: u64,
    direction: Direction,
    limit: usize,
) -> Result<Vec<(u64, u64)>, IndexFault> {
    let Some(row) = category(index, &stream.category)? else { return Ok(Vec::new()) };
    let key = |version| tables::stream_key(row.number, stream.uuid, version);
    let streams = index.open_table(STREAMS)?;
    let last = match end.checked_add(1) {
        Some(behind) => first_from(&streams, row.number, stream.uuid, behind)?.saturating_sub(1),
        None => u64::MAX,
    };
    let (first, last) = match direction {
        Direction::Forward => (from_version, last),
        Direction::Backward => (0, last.min(from_version)),
    };
    if first > last {
        return Ok(Vec::new());
    }
    let (lowest, highest) = (key(first), key(last));
    let mut rows = streams.range::<&[u8; 26]>(&lowest..=&highest)?;
    let mut found = Vec::new();
    while found.len() < limit {
        let row = match direction {
            Direction::Forward => rows.next(),
            Direction::Backward => rows.next_back(),
        };
        let Some(row) = row else { break };
        let (key, position) = row?;
        found.push((tables::stream_key_version(key.value()), position.value()));
    }
    Ok(found)
}

/// Where events of some categories are, at most as many as a scan looks at; none if they are not few.
fn places(index: &ReadTransaction, wanted: &[&str], scan: &Scan<'_>) -> Result<Option<Vec<u64>>, IndexFault> {
    let mut rows = Vec::new();
    for name in wanted {
        rows.extend(category(index, name)?);
    }
    let events: u64 = rows.iter().map(|row| row.events).sum();
    if events.saturating_mul(SELECTIVE_SHARE) > *scan.range.end() {
        return Ok(None);
    }
    let table = index.open_table(PLACES)?;
    let mut found = Vec::new();
    for row in rows {
        let key = |position| tables::place_key(row.number, position);
        let (lowest, highest) = (key(*scan.range.start()), key(*scan.range.end()));
        let of_category = table.range::<&[u8; 10]>(&lowest..=&highest)?;
        collect(of_category, scan, |key, ()| tables::place_key_position(key), &mut found)?;
    }
    Ok(Some(in_order(found, scan)))
}

/// Where events about some things are, at most as many as a scan looks at: their own streams, and whatever names them
/// as a subject.
fn about(index: &ReadTransaction, scan: &Scan<'_>) -> Result<Vec<u64>, IndexFault> {
    let table = index.open_table(SUBJECTS)?;
    let mut found = Vec::new();
    for subject in &scan.filter.subjects {
        let key = |position| tables::subject_key(subject.id, position);
        let (lowest, highest) = (key(*scan.range.start()), key(*scan.range.end()));
        let named = table.range::<&[u8; 24]>(&lowest..=&highest)?;
        collect(named, scan, |key, ()| tables::subject_key_position(key), &mut found)?;
        of_stream(index, subject, scan, &mut found)?;
    }
    Ok(in_order(found, scan))
}

/// The first version of a stream that is not before a position. Versions have no gaps and stand in the order of
/// positions, so that it is found by halving.
fn first_from(
    streams: &impl ReadableTable<&'static [u8; 26], u64>,
    category: u16,
    uuid: Uuid,
    position: u64,
) -> Result<u64, IndexFault> {
    let (mut low, mut high) = (1, fill::stream_version(streams, category, uuid)? + 1);
    while low < high {
        let middle = low.midpoint(high);
        match streams.get(&tables::stream_key(category, uuid, middle))?.map(|place| place.value()) {
            Some(place) if place < position => low = middle + 1,
            Some(_) => high = middle,
            None => return Err(IndexFault::Disagrees { index: "streams", position }),
        }
    }
    Ok(low)
}

/// Where the events of a thing's own stream are.
fn of_stream(
    index: &ReadTransaction,
    thing: &Subject,
    scan: &Scan<'_>,
    found: &mut Vec<u64>,
) -> Result<(), IndexFault> {
    let Some(row) = category(index, &thing.kind)? else { return Ok(()) };
    let streams = index.open_table(STREAMS)?;
    let key = |version| tables::stream_key(row.number, thing.id, version);
    let first = first_from(&streams, row.number, thing.id, *scan.range.start())?;
    let end = first_from(&streams, row.number, thing.id, scan.range.end().saturating_add(1))?;
    let (lowest, highest) = (key(first), key(end));
    collect(streams.range::<&[u8; 26]>(&lowest..&highest)?, scan, |_, place| place, found)
}

/// Takes positions from the side where a scan begins, at most as many as it looks at.
fn collect<K: Key + 'static, V: Value + 'static>(
    mut rows: Range<'_, K, V>,
    scan: &Scan<'_>,
    position: impl Fn(K::SelfType<'_>, V::SelfType<'_>) -> u64,
    found: &mut Vec<u64>,
) -> Result<(), IndexFault> {
    for _ in 0..scan.frames_max {
        let row = match scan.direction {
            Direction::Forward => rows.next(),
            Direction::Backward => rows.next_back(),
        };
        let Some(row) = row else { break };
        let (key, value) = row?;
        found.push(position(key.value(), value.value()));
    }
    Ok(())
}

/// Puts positions into the order of a scan, each once. Behind the first so many of each list there may be others of
/// one that was cut.
fn in_order(mut found: Vec<u64>, scan: &Scan<'_>) -> Vec<u64> {
    match scan.direction {
        Direction::Forward => found.sort_unstable(),
        Direction::Backward => found.sort_unstable_by(|one, other| other.cmp(one)),
    }
    found.dedup();
    found.truncate(scan.frames_max);
    found
}

/// The events at places that a scan asks for.
fn at_places(
    record: &ReadTransaction,
    opener: Opener<'_>,
    places: &[u64],
    scan: &Scan<'_>,
) -> Result<Scanned, Trouble> {
    let mut found = Scanned { events: Vec::new(), last_position: None, frames: 0, complete: false };
    let events = record.open_table(EVENTS).map_err(ReadError::from)?;
    let (conditions, mut bytes) = (scan.filter.conditions(), 0);
    for position in places {
        if found.events.len() >= scan.limit || bytes >= scan.bytes_max {
            return Ok(found);
        }
        let Some(value) = events.get(*position).map_err(ReadError::from)? else {
            return Err(IndexFault::Disagrees { index: "places", position: *position }.into());
        };
        let frame = read::parse(*position, value.value()).map_err(ReadError::from)?;
        found.frames = passed(scan, *position);
        found.last_position = Some(*position);
        if conditions.allow_frame(&frame) {
            let event = frame.recorded(opener).map_err(ReadError::from)?;
            bytes += event.payload.as_ref().map_or(0, bytes::Bytes::len);
            found.events.push(event);
        }
    }
    if found.events.len() < scan.limit && bytes < scan.bytes_max && places.len() < scan.frames_max {
        // Nothing else that is wanted stands in the range: it was looked at to its end.
        let end = match scan.direction {
            Direction::Forward => *scan.range.end(),
            Direction::Backward => *scan.range.start(),
        };
        found.complete = true;
        found.last_position = Some(end);
        found.frames = passed(scan, end);
    }
    Ok(found)
}

/// How many events lie between the begin of a scan and a position, with it.
fn passed(scan: &Scan<'_>, position: u64) -> usize {
    let passed = match scan.direction {
        Direction::Forward => position - scan.range.start(),
        Direction::Backward => scan.range.end() - position,
    };
    usize::try_from(passed).unwrap_or(usize::MAX).saturating_add(1)
}
