//! What people asked for by a bot and is not over, from what is recorded: whoever comes after a restart, or after a bot was set
//! anew, remembers none of it.

use std::collections::{BTreeMap, BTreeSet};

use mediary_log::{LogReader, OriginKind, ReadError, Recorded};
use mediary_schema::CorrelationId;
use uuid::Uuid;

/// Something that was asked for, and has open jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Begun {
    /// By whom.
    pub(super) guest: Uuid,
    pub(super) story: CorrelationId,
    /// Where it began.
    pub(super) position: u64,
}

/// Open jobs that are looked at, the newest first: more than somebody asks for by a messenger, and a second's reading.
const JOBS_MAX: usize = 20_000;
/// Causes between a job and what was asked for: a command, and what reacted to it.
const CAUSES_MAX: usize = 8;

/// What was asked for by which guest, of these open jobs, each by the position where it was queued; what was asked for first
/// comes first. Blocks.
pub(super) fn begun(log: &LogReader, queued_at: &[u64]) -> Result<Vec<Begun>, ReadError> {
    let mut seen = BTreeSet::new();
    let mut found = BTreeMap::new();
    for position in queued_at.iter().take(JOBS_MAX) {
        // What may not be seen is not there.
        let Some(queued) = log.at(*position)? else { continue };
        let story = queued.envelope.correlation_id;
        if seen.insert(story)
            && let Some(first) = by_bot(log, queued)?
        {
            let (guest, position) = (first.envelope.origin.id, first.position());
            found.insert(position, Begun { guest, story, position });
        }
    }
    Ok(found.into_values().collect())
}

/// What somebody asked a bot for that led to an event.
fn by_bot(log: &LogReader, mut event: Recorded) -> Result<Option<Recorded>, ReadError> {
    for _ in 0..CAUSES_MAX {
        if event.envelope.origin.kind == OriginKind::Bot {
            return Ok(Some(event));
        }
        let Some(cause) = event.envelope.causation_id else { return Ok(None) };
        let Some(before) = log.event(cause)? else { return Ok(None) };
        event = before;
    }
    Ok(None)
}
