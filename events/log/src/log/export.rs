//! Writes a stretch of the log as a bundle (PL-06, PL-09).

use std::{
    io::{self, Write},
    ops::{Bound, RangeBounds},
    path::Path,
};

use super::{
    bundle::{self, Header},
    chain::Hash,
    error::{Damage, OpenError, ReadError},
    handle::Log,
    offline::OfflineLog,
    read,
    store::Store,
    tables::EVENTS,
    verify::Walk,
};

/// Events that one read transaction looks at.
const CHUNK: u64 = 1_000;

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
    /// There is no such range.
    #[error("the log ends with event {last}, before event {first}")]
    Beyond {
        /// The first position that was asked for.
        first: u64,
        /// The last event.
        last: u64,
    },
}

/// Writes the events of a range of positions, as far as the log goes, so that
/// [`verify`](super::verify) can prove them from the bundle alone.
pub fn export(
    source: Source<'_>,
    range: impl RangeBounds<u64>,
    out: &mut impl Write,
) -> Result<Exported, ExportError> {
    match source {
        Source::Live(log) => export_store(log.store(), log.head().position, range, out),
        Source::Folder(directory) => {
            let offline = OfflineLog::open(directory)?;
            let last = offline.store.tail()?.head.position;
            export_store(&offline.store, last, range, out)
        }
    }
}

fn export_store(
    store: &Store,
    head: u64,
    range: impl RangeBounds<u64>,
    out: &mut impl Write,
) -> Result<Exported, ExportError> {
    let first = match range.start_bound() {
        Bound::Included(first) => (*first).max(1),
        Bound::Excluded(before) => before + 1,
        Bound::Unbounded => 1,
    };
    let last = match range.end_bound() {
        Bound::Included(last) => head.min(*last),
        Bound::Excluded(after) => head.min(after.saturating_sub(1)),
        Bound::Unbounded => head,
    };
    if first > last + 1 {
        return Err(ExportError::Beyond { first, last: head });
    }
    let beyond = || ExportError::Beyond { first, last: head };
    let previous_hash = store.hash_at(first - 1)?.ok_or_else(beyond)?;
    let last_hash = store.hash_at(last)?.ok_or_else(beyond)?;
    let header = Header::new(store.log_id(), first, last, previous_hash, last_hash);
    bundle::write_header(&header, out).map_err(ExportError::Write)?;
    let mut walk = Walk::after(first - 1, previous_hash);
    let mut next = first;
    while next <= last {
        let until = last.min(next + CHUNK - 1);
        // Lines are made in memory, so that a slow writer doesn't keep a read transaction open.
        let lines = store.read(|transaction| {
            let events = transaction.open_table(EVENTS)?;
            let mut lines = Vec::new();
            for row in events.range(next..=until)? {
                let (position, value) = row?;
                let frame = read::parse(position.value(), value.value())?;
                if !frame.payload_matches() {
                    return Err(Damage::Payload { position: position.value() }.into());
                }
                walk.frame(&frame)?;
                let hash = *walk.hash();
                walk.stored(&hash)?;
                bundle::write_event(&frame, &hash, &mut lines).expect("memory takes every write");
            }
            Ok(lines)
        })?;
        out.write_all(&lines).map_err(ExportError::Write)?;
        next = until + 1;
    }
    if *walk.hash() != last_hash {
        let detail = "the chain does not lead to its stored hash".to_owned();
        return Err(ReadError::from(Damage::Envelope { first, last, detail }).into());
    }
    out.flush().map_err(ExportError::Write)?;
    Ok(Exported { first_position: first, last_position: last, last_hash })
}
