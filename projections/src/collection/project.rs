use mediary_events::{
    codec::events_of,
    collection::{Collection, Event},
};
use mediary_log::Recorded;
use mediary_schema::{FileId, collection::CollectionKind};
use rusqlite::Transaction;

use super::query::COUNTED;
use crate::{
    changed::Changed,
    counted::{Counted, Tally},
    rows::{Id, Table, Word, Words, row},
    view::{ApplyError, Stamp},
};

row! {
    struct List of "collection" {
        stays { project: Id, owner: Id, kind: Word<CollectionKind>, }
        changes {
            name: String,
            is_deleted: bool,
            entry_count: i64,
            file_count: i64,
            created_at: i64,
            changed_at: i64,
        }
    }
}

row! {
    struct Entry of "collection_entry" {
        stays {
            project: Id,
            owner: Id,
            collection: Id,
            thing_kind: String,
            thing: Id,
            title: String,
            added_at: i64,
        }
        changes { place: i64, is_removed: bool, changed_at: i64, }
    }
}

impl Counted for List {
    // What is counted is hidden behind the project alone, so that it is each list that says how many rows it has.
    fn count(&self, tally: &mut Tally<'_>) {
        if !self.is_deleted {
            tally.add(self.project, COUNTED, "", 1);
        }
    }
}

impl Counted for Entry {
    fn count(&self, _: &mut Tally<'_>) {}
}

impl Words for CollectionKind {
    fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Favourites => "favourites",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::List, Self::Favourites].into_iter().find(|kind| kind.word() == word)
    }
}

/// What a batch touches of personal lists.
#[derive(Debug, Default)]
pub(super) struct Lists {
    lists: Table<List>,
    entries: Table<Entry>,
}

impl Lists {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let stamp = Stamp::of(recorded);
        events_of::<Collection>(recorded)?.into_iter().try_for_each(|event| self.fold(file, stamp, event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.lists.write(file)?;
        self.entries.write(file)
    }

    pub(super) fn changed(&mut self) -> Vec<Changed> {
        let mut changed = self.lists.changed();
        changed.extend(self.entries.changed());
        changed
    }

    fn fold(&mut self, file: &Transaction<'_>, stamp: Stamp, event: Event) -> Result<(), ApplyError> {
        let Stamp { id, project, position, at } = stamp;
        if let Event::Created { owner, name, kind } = event {
            self.lists.insert(file, |key| List {
                key,
                id,
                project,
                owner: owner.uuid().into_bytes(),
                kind: Word(kind),
                name,
                is_deleted: false,
                entry_count: 0,
                file_count: 0,
                created_at: at,
                changed_at: position,
            })?;
            return Ok(());
        }
        let Some(list) = self.lists.change(file, id)? else { return Ok(()) };
        list.changed_at = position;
        match event {
            Event::Created { .. } => {}
            Event::Renamed { name } => list.name = name,
            Event::Deleted {} => {
                list.is_deleted = true;
                (list.entry_count, list.file_count) = (0, 0);
                self.entries.hand_over(file)?;
                file.prepare_cached(
                    "UPDATE collection_entry SET is_removed = 1 WHERE collection = ?1 AND is_removed = 0",
                )?
                .execute([id])?;
            }
            Event::EntryAdded { entry_id, thing, title, place } => {
                list.entry_count += 1;
                list.file_count += i64::from(thing.kind == FileId::KIND);
                let owner = list.owner;
                self.entries.insert(file, |key| Entry {
                    key,
                    id: entry_id.uuid().into_bytes(),
                    project,
                    owner,
                    collection: id,
                    thing_kind: thing.kind.into_owned(),
                    thing: thing.id.into_bytes(),
                    title,
                    added_at: at,
                    place,
                    is_removed: false,
                    changed_at: position,
                })?;
            }
            Event::EntryMoved { entry_id, place } => {
                if let Some(entry) = self.entries.change(file, entry_id.uuid().into_bytes())? {
                    (entry.place, entry.changed_at) = (place, position);
                }
            }
            Event::EntryRemoved { entry_id } => {
                if let Some(entry) = self.entries.change(file, entry_id.uuid().into_bytes())? {
                    (entry.is_removed, entry.changed_at) = (true, position);
                    list.entry_count -= 1;
                    list.file_count -= i64::from(entry.thing_kind == FileId::KIND);
                }
            }
        }
        Ok(())
    }
}
