use std::collections::{BTreeMap, HashMap};

use mediary_schema::{CollectionEntryId, PrincipalId, Subject, collection::CollectionKind};

use super::Event;

/// A personal list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The list; none if there is no such list, or not any more.
    pub list: Option<List>,
    /// Whether there was one that was taken away.
    pub(super) is_deleted: bool,
}

/// A list that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Whose it is.
    pub owner: PrincipalId,
    /// What its owner calls it.
    pub name: String,
    /// What it is to its owner.
    pub kind: CollectionKind,
    /// Its rows.
    entries: HashMap<CollectionEntryId, Kept>,
    /// Their order.
    places: BTreeMap<i64, CollectionEntryId>,
    /// How many rows each thing has.
    things: HashMap<Subject, u32>,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What is in it.
    pub thing: Subject,
    /// Where it is.
    pub place: i64,
}

impl State {
    /// A row, if it is there.
    pub fn entry(&self, entry_id: CollectionEntryId) -> Option<&Kept> {
        self.list.as_ref()?.entries.get(&entry_id)
    }

    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Created { owner, name, kind } => {
                self.list = Some(List {
                    owner: *owner,
                    name: name.clone(),
                    kind: *kind,
                    entries: HashMap::new(),
                    places: BTreeMap::new(),
                    things: HashMap::new(),
                });
            }
            Event::Deleted {} => (self.list, self.is_deleted) = (None, true),
            Event::Renamed { name } => self.change(|list| list.name.clone_from(name)),
            Event::EntryAdded { entry_id, thing, place, .. } => {
                self.change(|list| list.add(*entry_id, thing, *place));
            }
            Event::EntryMoved { entry_id, place } => self.change(|list| list.place(*entry_id, *place)),
            Event::EntryRemoved { entry_id } => self.change(|list| list.remove(*entry_id)),
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut List)) {
        if let Some(list) = &mut self.list {
            change(list);
        }
    }
}

impl List {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether something is in it.
    pub fn has(&self, thing: &Subject) -> bool {
        self.things.contains_key(thing)
    }

    /// Its rows, in their order.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = (CollectionEntryId, i64)> {
        self.places.iter().map(|(place, entry_id)| (*entry_id, *place))
    }

    /// The rows that something is in.
    pub fn rows_of(&self, thing: &Subject) -> Vec<CollectionEntryId> {
        let has =
            |entry_id: &CollectionEntryId| self.entries.get(entry_id).is_some_and(|row| row.thing == *thing);
        if self.has(thing) { self.places.values().copied().filter(has).collect() } else { Vec::new() }
    }

    /// What is in a row.
    pub(super) fn thing(&self, entry_id: CollectionEntryId) -> Option<&Subject> {
        self.entries.get(&entry_id).map(|row| &row.thing)
    }

    /// The last place that a row has.
    pub(super) fn last(&self) -> Option<i64> {
        self.places.last_key_value().map(|(place, _)| *place)
    }

    fn add(&mut self, entry_id: CollectionEntryId, thing: &Subject, place: i64) {
        self.places.insert(place, entry_id);
        self.entries.insert(entry_id, Kept { thing: thing.clone(), place });
        *self.things.entry(thing.clone()).or_default() += 1;
    }

    fn place(&mut self, entry_id: CollectionEntryId, place: i64) {
        let Some(row) = self.entries.get_mut(&entry_id) else { return };
        let before = std::mem::replace(&mut row.place, place);
        // Another row may have its place already: several that are moved together are told one by one.
        if self.places.get(&before) == Some(&entry_id) {
            self.places.remove(&before);
        }
        self.places.insert(place, entry_id);
    }

    fn remove(&mut self, entry_id: CollectionEntryId) {
        let Some(Kept { thing, place }) = self.entries.remove(&entry_id) else { return };
        self.places.remove(&place);
        if let Some(count) = self.things.get_mut(&thing) {
            *count -= 1;
            if *count == 0 {
                self.things.remove(&thing);
            }
        }
    }
}
