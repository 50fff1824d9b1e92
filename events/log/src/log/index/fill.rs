//! What an event adds to the indices: the same for the writer and for catching up.

use std::collections::BTreeMap;

use mediary_events::{StreamId, Subjects};
use mediary_schema::{CommandId, PrincipalId};
use redb::{ReadableTable, Table, WriteTransaction};
use uuid::Uuid;

use super::tables::{
    self, CATEGORIES, COMMANDS, CategoryRow, IDS, KEY_REACHED, META, PLACES, STREAMS, SUBJECTS,
};
use crate::log::{error::IndexFault, metric, store::Head};

/// More categories than there are numbers for them.
const TOO_MANY: &str = "there are more categories than numbers for them";

/// What is kept about each category, by name.
#[derive(Debug, Clone, Default)]
pub(in crate::log) struct Categories {
    rows: BTreeMap<String, CategoryRow>,
    /// Those whose row in the file is older.
    touched: BTreeMap<u16, String>,
}

impl Categories {
    pub(in crate::log) fn load(
        rows: &impl ReadableTable<&'static str, &'static [u8; 18]>,
    ) -> Result<Self, IndexFault> {
        let mut categories = Self::default();
        for row in rows.iter()? {
            let (name, value) = row?;
            categories.rows.insert(name.value().to_owned(), CategoryRow::from_bytes(value.value()));
        }
        Ok(categories)
    }

    /// The number of a category; none before its first event.
    pub(in crate::log) fn number(&self, category: &str) -> Option<u16> {
        self.rows.get(category).map(|row| row.number)
    }

    pub(in crate::log) fn iter(&self) -> impl Iterator<Item = (&str, CategoryRow)> {
        self.rows.iter().map(|(name, row)| (name.as_str(), *row))
    }

    /// Counts an event and answers its category's number.
    fn count(&mut self, category: &str, bytes: u64) -> Result<u16, IndexFault> {
        if let Some(row) = self.rows.get_mut(category) {
            row.events += 1;
            row.bytes += bytes;
            self.touched.entry(row.number).or_insert_with(|| category.to_owned());
            return Ok(row.number);
        }
        let number = u16::try_from(self.rows.len() + 1).map_err(|_| IndexFault::of(TOO_MANY))?;
        self.rows.insert(category.to_owned(), CategoryRow { number, events: 1, bytes });
        self.touched.insert(number, category.to_owned());
        Ok(number)
    }
}

/// What the indices know of an event besides its stream.
#[derive(Debug, Clone, Copy)]
pub(in crate::log) struct Facts {
    pub(in crate::log) position: u64,
    pub(in crate::log) version: u64,
    pub(in crate::log) payload_bytes: u64,
}

/// The open tables of one transaction.
pub(in crate::log) struct Tables<'t> {
    meta: Table<'t, &'static str, &'static [u8]>,
    ids: Table<'t, &'static [u8; 16], u64>,
    streams: Table<'t, &'static [u8; 26], u64>,
    categories: Table<'t, &'static str, &'static [u8; 18]>,
    places: Table<'t, &'static [u8; 10], ()>,
    subjects: Table<'t, &'static [u8; 24], ()>,
    commands: Table<'t, &'static [u8; 32], &'static [u8; 12]>,
}

impl<'t> Tables<'t> {
    pub(in crate::log) fn open(transaction: &'t WriteTransaction) -> Result<Self, IndexFault> {
        Ok(Self {
            meta: transaction.open_table(META)?,
            ids: transaction.open_table(IDS)?,
            streams: transaction.open_table(STREAMS)?,
            categories: transaction.open_table(CATEGORIES)?,
            places: transaction.open_table(PLACES)?,
            subjects: transaction.open_table(SUBJECTS)?,
            commands: transaction.open_table(COMMANDS)?,
        })
    }

    /// The counts of the categories as they are stored.
    pub(super) fn categories(&self) -> Result<Categories, IndexFault> {
        Categories::load(&self.categories)
    }

    /// Where a command was recorded: the first position, and how many events.
    pub(in crate::log) fn command(
        &self,
        principal: PrincipalId,
        command: CommandId,
    ) -> Result<Option<(u64, u32)>, IndexFault> {
        let value = self.commands.get(&tables::command_key(principal, command))?;
        Ok(value.map(|value| tables::command_range(value.value())))
    }

    /// The version of a stream; 0 if there is no such stream.
    pub(in crate::log) fn stream_version(
        &self,
        categories: &Categories,
        stream: &StreamId,
    ) -> Result<u64, IndexFault> {
        match categories.number(&stream.category) {
            Some(number) => stream_version(&self.streams, number, stream.uuid),
            None => Ok(0),
        }
    }

    /// Takes an id for an event, unless another one has it.
    pub(in crate::log) fn take_id(&mut self, id: Uuid, position: u64) -> Result<bool, IndexFault> {
        let before = self.ids.insert(id.as_bytes(), position)?.map(|position| position.value());
        let Some(owner) = before else { return Ok(true) };
        self.ids.insert(id.as_bytes(), owner)?;
        Ok(owner == position)
    }

    /// Adds an event whose id was taken.
    pub(in crate::log) fn add(
        &mut self,
        categories: &mut Categories,
        stream: &StreamId,
        subjects: &Subjects,
        facts: Facts,
    ) -> Result<(), IndexFault> {
        let number = categories.count(&stream.category, facts.payload_bytes)?;
        let key = tables::stream_key(number, stream.uuid, facts.version);
        self.streams.insert(&key, facts.position)?;
        self.places.insert(&tables::place_key(number, facts.position), ())?;
        for subject in subjects.as_slice() {
            self.subjects.insert(&tables::subject_key(subject.id, facts.position), ())?;
        }
        Ok(())
    }

    /// Adds the command of an append.
    pub(in crate::log) fn add_command(
        &mut self,
        principal: PrincipalId,
        command: CommandId,
        first_position: u64,
        events: u32,
    ) -> Result<(), IndexFault> {
        let key = tables::command_key(principal, command);
        self.commands.insert(&key, &tables::command_value(first_position, events))?;
        Ok(())
    }

    /// Says up to where the indices go now, and stores the counts of the categories that got events.
    pub(in crate::log) fn finish(
        &mut self,
        categories: &mut Categories,
        head: Head,
    ) -> Result<(), IndexFault> {
        for (_, name) in std::mem::take(&mut categories.touched) {
            let row = categories.rows[&name];
            self.categories.insert(name.as_str(), &row.to_bytes())?;
            metric::category(&name, row);
        }
        self.meta.insert(KEY_REACHED, tables::reached_value(head.position, &head.hash).as_slice())?;
        Ok(())
    }
}

/// The version of a stream; 0 if there is no such stream.
pub(super) fn stream_version(
    streams: &impl ReadableTable<&'static [u8; 26], u64>,
    category: u16,
    stream: Uuid,
) -> Result<u64, IndexFault> {
    let lowest = tables::stream_key(category, stream, 0);
    let highest = tables::stream_key(category, stream, u64::MAX);
    match streams.range::<&[u8; 26]>(&lowest..=&highest)?.next_back() {
        Some(row) => Ok(tables::stream_key_version(row?.0.value())),
        None => Ok(0),
    }
}
