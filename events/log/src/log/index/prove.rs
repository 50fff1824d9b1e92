//! Compares the indices with the events, all of them: one that is wrong is made anew.

use redb::{ReadTransaction, ReadableTableMetadata as _};

use super::{
    Index,
    fill::Categories,
    known::{Known, known},
    tables::{self, CATEGORIES, COMMANDS, IDS, KEY_REACHED, META, PLACES, STREAMS, SUBJECTS},
};
use crate::log::{
    error::{IndexFault, ReadError, Trouble},
    store::Store,
};

/// Events that one pair of read transactions looks at.
const CHUNK: u64 = 1_024;

/// Proves that every event up to a position is found by every index; makes the index anew if one isn't.
///
/// Answers whether it was whole. `pause` is asked after each stretch, and false ends the proof.
pub(in crate::log) fn prove(
    index: &Index,
    store: &Store,
    to: u64,
    mut pause: impl FnMut(u64) -> bool,
) -> Result<bool, ReadError> {
    let mut next = 1;
    while next <= to {
        let last = to.min(next + CHUNK - 1);
        let generation = index.generation();
        match compare(index, store, next, last) {
            Ok(()) => {}
            Err(Trouble::Index(fault)) if fault.is_damage() => {
                index.remake(store, generation, &fault)?;
                return Ok(false);
            }
            Err(trouble) => return Err(trouble.into()),
        }
        next = last + 1;
        if !pause(last) {
            break;
        }
    }
    Ok(true)
}

fn compare(index: &Index, store: &Store, first: u64, last: u64) -> Result<(), Trouble> {
    let events = known(store, first, last)?;
    index.read(|index| {
        let tables = Opened::open(index)?;
        tables.compare_totals()?;
        for event in &events {
            if let Some(index) = tables.disagreement(event)? {
                return Err(IndexFault::Disagrees { index, position: event.facts.position }.into());
            }
        }
        Ok(())
    })
}

struct Opened {
    reached: u64,
    ids: redb::ReadOnlyTable<&'static [u8; 16], u64>,
    streams: redb::ReadOnlyTable<&'static [u8; 26], u64>,
    places: redb::ReadOnlyTable<&'static [u8; 10], ()>,
    subjects: redb::ReadOnlyTable<&'static [u8; 24], ()>,
    commands: redb::ReadOnlyTable<&'static [u8; 32], &'static [u8; 12]>,
    categories: Categories,
}

impl Opened {
    fn open(index: &ReadTransaction) -> Result<Self, IndexFault> {
        let meta = index.open_table(META)?;
        let reached = meta.get(KEY_REACHED)?.and_then(|value| tables::reached(value.value()));
        Ok(Self {
            reached: reached.map_or(0, |(position, _)| position),
            ids: index.open_table(IDS)?,
            streams: index.open_table(STREAMS)?,
            places: index.open_table(PLACES)?,
            subjects: index.open_table(SUBJECTS)?,
            commands: index.open_table(COMMANDS)?,
            categories: Categories::load(&index.open_table(CATEGORIES)?)?,
        })
    }

    /// Nothing stands in an index that isn't in the log. Of subjects a row too many does no harm: every row is compared
    /// with the event that it names.
    fn compare_totals(&self) -> Result<(), IndexFault> {
        let events: u64 = self.categories.iter().map(|(_, row)| row.events).sum();
        let totals = [
            ("categories", events),
            ("ids", self.ids.len()?),
            ("streams", self.streams.len()?),
            ("places", self.places.len()?),
        ];
        for (index, counted) in totals {
            if counted != self.reached {
                return Err(IndexFault::Disagrees { index, position: self.reached });
            }
        }
        Ok(())
    }

    /// The index that says something else than the event.
    fn disagreement(&self, event: &Known) -> Result<Option<&'static str>, IndexFault> {
        let position = event.facts.position;
        if self.ids.get(event.id.uuid().as_bytes())?.is_none_or(|row| row.value() != position) {
            return Ok(Some("ids"));
        }
        let Some(number) = self.categories.number(&event.stream.category) else {
            return Ok(Some("categories"));
        };
        let key = tables::stream_key(number, event.stream.uuid, event.facts.version);
        if self.streams.get(&key)?.is_none_or(|row| row.value() != position) {
            return Ok(Some("streams"));
        }
        if self.places.get(&tables::place_key(number, position))?.is_none() {
            return Ok(Some("places"));
        }
        for subject in event.subjects.as_slice() {
            if self.subjects.get(&tables::subject_key(subject.id, position))?.is_none() {
                return Ok(Some("subjects"));
            }
        }
        let command = tables::command_key(event.principal, event.command);
        let first = position.checked_sub(u64::from(event.append_index));
        let expected = first.map(|first| tables::command_value(first, event.append_len));
        let right = self.commands.get(&command)?.is_some_and(|row| Some(*row.value()) == expected);
        Ok((!right).then_some("commands"))
    }
}
