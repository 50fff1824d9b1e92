use mediary_events::{Concern as _, collection::Collection};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Lists;
use crate::{
    changed::Changed,
    counted::counted,
    view::{ApplyError, View},
};

/// Personal lists and their rows.
#[derive(Debug, Default)]
pub struct CollectionView {
    lists: Lists,
}

impl View for CollectionView {
    const NAME: &'static str = "collection";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const CONCERNS: &'static [&'static str] = &[Collection::NAME];
    // Rows are found by what is in them and by their list while events are folded, too: when a list goes.
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE collection (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            owner BLOB NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            is_deleted INTEGER NOT NULL,
            entry_count INTEGER NOT NULL,
            file_count INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE collection_entry (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            owner BLOB NOT NULL,
            collection BLOB NOT NULL,
            thing_kind TEXT NOT NULL,
            thing BLOB NOT NULL,
            title TEXT NOT NULL,
            added_at INTEGER NOT NULL,
            place INTEGER NOT NULL,
            is_removed INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX collection_entry_place ON collection_entry (collection, is_removed, place);"
    );
    const INDEXES: &'static str = "
        CREATE INDEX collection_owner ON collection (project, owner, is_deleted, key);
        CREATE INDEX collection_name ON collection (project, owner, name);
        CREATE INDEX collection_changed ON collection (project, owner, changed_at);
        CREATE INDEX collection_entry_thing ON collection_entry (collection, thing, thing_kind);";

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.lists.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.lists.write(file)?)
    }

    fn changed(&mut self) -> Option<Vec<Changed>> {
        Some(self.lists.changed())
    }
}
