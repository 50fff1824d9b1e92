//! Writes a stretch of the log as a bundle (PL-06, PL-09).

use std::{
    collections::BTreeSet,
    io::{self, Write},
    ops::{Bound, RangeBounds},
    path::Path,
};

use super::{
    bundle::{self, Header},
    chain::Hash,
    erasure,
    error::{Damage, OpenError, ReadError},
    frame::Body,
    handle::Log,
    offline::OfflineLog,
    read,
    store::Store,
    tables::EVENTS,
    verify::Walk,
};

/// Where events are exported from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// An open log.
    Live(&'a Log),
    /// A data folder that no server has; it is not written to.
    Folder(&'a Path),
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The first position.
    pub first_position: u64,
    /// The last position; one less than the first if there was nothing.
    pub last_position: u64,
    /// The hash of the chain after it.
    pub last_hash: Hash,
}

/// Why a bundle was not written to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The log can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log can't be read.
    #[error("reading the log failed")]
    Read(#[from] ReadError),
    /// The bundle can't be written.
    #[error("writing the bundle failed")]
    Write(#[source] io::Error),
    /// The range reaches behind the end of the log.
    #[error("the log ends with event {last}, before event {asked}")]
    Beyond {
        /// The position that was asked for.
        asked: u64,
        /// The last event.
        last: u64,
    },
    /// Positions count from 1, and a range doesn't end before it begins.
    #[error("there are no events from {first} to {last}")]
    NoRange {
        /// Where it was to begin.
        first: u64,
        /// Where it was to end.
        last: u64,
    },
    /// A payload is gone, and the stretch doesn't reach to what says so: nobody could tell it from damage.
    #[error("event {position} was erased by an event behind the stretch, which ends with event {last}")]
    ErasedBehind {
        /// The event.
        position: u64,
        /// The last event of the stretch.
        last: u64,
    },
}

impl ExportError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::Read(ReadError::Damaged(damage)) => damage.code(),
            Self::Read(_) => "LOG_UNREADABLE",
            Self::Write(_) => "FILE",
            Self::Beyond { .. } => "POSITION_BEYOND_HEAD",
            Self::NoRange { .. } | Self::ErasedBehind { .. } => "BAD_ARGUMENT",
        }
    }

    /// The next step for a person.
    pub fn advice(&self) -> String {
        match self {
            Self::Open(error) => error.advice(),
            Self::Write(_) => "check the folder and the room on its disk".to_owned(),
            Self::Read(_) => "`mediary log verify` names the first bad position".to_owned(),
            Self::Beyond { last, .. } => format!("ask for events up to {last}, or wait for later ones"),
            Self::ErasedBehind { .. } => {
                "export to the end of the log; if that is refused, too, `mediary log verify` names what is wrong".to_owned()
            }
            Self::NoRange { .. } => {
                "give a first position from 1, and a last one that is not before it".to_owned()
            }
        }
    }
}

/// Writes the events of a range of positions, so that [`verify_bundle`](super::verify_bundle) can prove them from the
/// bundle alone. A range that is open at its end goes to the end of the log; it may be empty, just behind it.
pub fn export(
    source: Source<'_>,
    range: impl RangeBounds<u64>,
    out: &mut impl Write,
) -> Result<Exported, ExportError> {
    match source {
        Source::Live(log) => export_store(log.store(), stretch(log.head().position, range)?, out),
        Source::Folder(directory) => {
            let offline = OfflineLog::open(directory)?;
            let last = offline.store.tail()?.head.position;
            export_store(&offline.store, stretch(last, range)?, out)
        }
    }
}

fn stretch(head: u64, range: impl RangeBounds<u64>) -> Result<(u64, u64), ExportError> {
    let first = match range.start_bound() {
        Bound::Included(first) => *first,
        Bound::Excluded(before) => before.saturating_add(1),
        Bound::Unbounded => 1,
    };
    let asked = match range.end_bound() {
        Bound::Included(last) => Some(*last),
        Bound::Excluded(after) => Some(after.saturating_sub(1)),
        Bound::Unbounded => None,
    };
    if first == 0 || asked.is_some_and(|last| last < first) {
        return Err(ExportError::NoRange { first, last: asked.unwrap_or(head) });
    }
    let furthest = asked.unwrap_or(head).max(first - 1);
    if furthest > head {
        return Err(ExportError::Beyond { asked: asked.unwrap_or(first), last: head });
    }
    Ok((first, furthest))
}

fn export_store(
    store: &Store,
    (first, last): (u64, u64),
    out: &mut impl Write,
) -> Result<Exported, ExportError> {
    let missing = |position| ReadError::from(Damage::Index { index: "chain", position });
    let previous_hash = store.hash_at(first - 1)?.ok_or_else(|| missing(first - 1))?;
    let last_hash = store.hash_at(last)?.ok_or_else(|| missing(last))?;
    let cut = if first > last { (0, 0) } else { (place(store, first)?.0, place(store, last)?.1) };
    let is_sealed = is_sealed(store, (first, last))?;
    let header = Header::new(store.log_id(), is_sealed, (first, last), cut, (previous_hash, last_hash));
    bundle::write_header(&header, out).map_err(ExportError::Write)?;
    let mut walk = Walk::after(first - 1, previous_hash);
    let mut next = first;
    let mut missing_payloads = BTreeSet::new();
    while next <= last {
        let mut lines = Vec::new();
        for (position, frame) in store.frames(next, last)? {
            let frame = read::parse(position, &frame).map_err(ReadError::from)?;
            if !frame.payload_matches() {
                return Err(ReadError::from(Damage::Payload { position }).into());
            }
            walk.frame(&frame).map_err(ReadError::from)?;
            if matches!(frame.body(), Body::Erased) {
                missing_payloads.insert(position);
            }
            for erased in erasure::positions_of(&frame) {
                missing_payloads.remove(&erased);
            }
            let hash = *walk.hash();
            walk.stored(&hash).map_err(ReadError::from)?;
            bundle::write_event(&frame, &hash, &mut lines).map_err(|error| {
                let detail = error.to_string();
                ReadError::from(Damage::Envelope { first: position, last: position, detail })
            })?;
            next = position + 1;
        }
        out.write_all(&lines).map_err(ExportError::Write)?;
    }
    if *walk.hash() != last_hash {
        let detail = "the chain does not lead to its stored hash".to_owned();
        return Err(ReadError::from(Damage::Envelope { first, last, detail }).into());
    }
    if let Some(position) = missing_payloads.first() {
        return Err(ExportError::ErasedBehind { position: *position, last });
    }
    out.flush().map_err(ExportError::Write)?;
    Ok(Exported { first_position: first, last_position: last, last_hash })
}

/// Whether a payload of a stretch is sealed: then the bundle is of a newer form, and who doesn't know it says so at once.
fn is_sealed(store: &Store, (first, last): (u64, u64)) -> Result<bool, ReadError> {
    let mut next = first;
    while next <= last {
        for (position, frame) in store.frames(next, last)? {
            if read::parse(position, &frame)?.is_sealed() {
                return Ok(true);
            }
            next = position + 1;
        }
    }
    Ok(false)
}

/// How many events of its append lie before an event, and behind it.
fn place(store: &Store, position: u64) -> Result<(u32, u32), ReadError> {
    store.read(|transaction| {
        let events = transaction.open_table(EVENTS)?;
        let missing =
            || Damage::Envelope { first: position, last: position, detail: "it is missing".to_owned() };
        let row = events.get(position)?.ok_or_else(missing)?;
        let frame = read::parse(position, row.value())?;
        Ok((frame.append_index(), frame.append_len() - 1 - frame.append_index()))
    })
}
