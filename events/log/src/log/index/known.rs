//! What the indices know of an event, taken out of the record.

use mediary_events::{StreamId, Subjects};
use mediary_schema::{CommandId, EventId, PrincipalId};

use super::fill::Facts;
use crate::log::{
    error::ReadError,
    frame::{Body, Frame},
    read,
    store::{self, Store},
    tables::EVENTS,
};

/// An event as the indices know it. It is taken out of the record first, so that what goes wrong with one file is
/// never blamed on the other.
pub(super) struct Known {
    pub(super) id: EventId,
    pub(super) stream: StreamId,
    pub(super) subjects: Subjects,
    pub(super) facts: Facts,
    pub(super) principal: PrincipalId,
    pub(super) command: CommandId,
    pub(super) append_index: u32,
    pub(super) append_len: u32,
}

/// The events of a stretch.
pub(super) fn known(store: &Store, first: u64, last: u64) -> Result<Vec<Known>, ReadError> {
    store.read(|record| {
        let mut found = Vec::new();
        let mut next = first;
        for row in record.open_table(EVENTS)?.range(first..=last)? {
            let (position, value) = row?;
            if position.value() != next {
                break;
            }
            next += 1;
            found.push(Known::of(&read::parse(position.value(), value.value())?));
        }
        if next <= last { Err(store::missing(next)) } else { Ok(found) }
    })
}

impl Known {
    fn of(frame: &Frame<'_>) -> Self {
        let payload_bytes = match frame.body() {
            Body::Inline { payload, .. } => payload.len() as u64,
            Body::Erased => 0,
        };
        Self {
            id: frame.id(),
            stream: frame.stream(),
            subjects: frame.extensions().subjects,
            facts: Facts { position: frame.position(), version: frame.version(), payload_bytes },
            principal: frame.principal(),
            command: frame.command_id(),
            append_index: frame.append_index(),
            append_len: frame.append_len(),
        }
    }
}
