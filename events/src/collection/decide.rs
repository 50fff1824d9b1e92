use std::collections::HashSet;

use mediary_schema::{
    CollectionEntryId, CollectionId, FileId, ItemId, PrincipalId, Subject,
    account::Permission,
    collection::{CollectionKind, Spot},
};

use super::{Command, Event, List, NewEntry, State};
use crate::{
    Concern, EventKind, Subjects,
    name::{NAME_CHARS_MAX, is_name},
};

/// The kernel part `collection`.
#[derive(Debug)]
pub struct Collection;

/// Lists of one person: all of them are looked through for a name.
pub const LISTS_MAX: usize = 200;
/// Rows of a list: all of them are in memory while one is added.
const ENTRIES_MAX: usize = 10_000;
/// Things of one command, whose events are one append.
pub const THINGS_MAX: usize = 1_000;

/// The distance of two rows that nothing was put between.
const STEP: i64 = 1 << 40;
/// The distance of rows that make room for another one.
const STEP_BETWEEN: i64 = 1 << 20;

/// Why a command on a list is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such list, or it is somebody else's.
    #[error("there is no such list of yours")]
    NotFound,
    /// Another one is called so.
    #[error("there is a list of yours called {name:?}")]
    Exists {
        /// The name.
        name: String,
    },
    /// The name can't be told from an id, or is none.
    #[error(
        "a list's name has 1 to {NAME_CHARS_MAX} characters, no control characters, no space at its ends, \
         and is no id"
    )]
    BadName,
    /// It is the one that stays.
    #[error("favourites are neither renamed nor deleted")]
    Favourites,
    /// There is no such row in it.
    #[error("there is no row {entry_id} in the list")]
    NoEntry {
        /// The row.
        entry_id: CollectionEntryId,
    },
    /// It is of a kind that no list has.
    #[error("{thing} can't be put into a list")]
    NotCollected {
        /// What it is.
        thing: Subject,
    },
    /// It was never in the library, nor in a list that is followed.
    #[error("there is no {thing}")]
    NoThing {
        /// What it is.
        thing: Subject,
    },
    /// Too many at once.
    #[error("{count} at once are too many: {THINGS_MAX} are the most")]
    TooManyAtOnce {
        /// How many were named.
        count: usize,
    },
    /// Too many rows.
    #[error("the list would have {count} rows, and {ENTRIES_MAX} are the most")]
    TooManyEntries {
        /// How many there would be.
        count: usize,
    },
    /// Too many lists.
    #[error("there are {LISTS_MAX} lists of yours already")]
    TooMany,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "COLLECTION_NOT_FOUND",
            Self::Exists { .. } => "COLLECTION_EXISTS",
            Self::BadName => "COLLECTION_BAD_NAME",
            Self::Favourites => "COLLECTION_FAVOURITES",
            Self::NoEntry { .. } => "COLLECTION_NO_ENTRY",
            Self::NotCollected { .. } => "COLLECTION_NOT_COLLECTED",
            Self::NoThing { .. } => "COLLECTION_NO_THING",
            Self::TooManyAtOnce { .. } => "COLLECTION_TOO_MANY_AT_ONCE",
            Self::TooManyEntries { .. } => "COLLECTION_TOO_MANY_ENTRIES",
            Self::TooMany => "COLLECTION_TOO_MANY",
        }
    }

    fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::NotFound => "`mediary collection list` shows those that there are",
            Self::Exists { .. } => "choose another name, or add to that list",
            Self::BadName => "choose another name",
            Self::Favourites => "`mediary collection favourite ID --off` takes something out of them",
            Self::NoEntry { .. } => "`mediary collection show` shows its rows with their ids",
            Self::NotCollected { .. } => "name files and items by their ids: file-… or item-…",
            Self::NoThing { .. } => "`mediary file list` and `mediary playlist show` show ids",
            Self::TooManyAtOnce { .. } => "name fewer, and the others with the next command",
            Self::TooManyEntries { .. } => "put them into another list",
            Self::TooMany => "`mediary collection delete` one that you need no more",
        };
        Some(advice.to_owned())
    }
}

impl Concern for Collection {
    const NAME: &'static str = "collection";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("created", 1, 0).says("There is a list.").about(&[PrincipalId::KIND]),
        EventKind::new("renamed", 1, 0).says("It is called otherwise.").about(&[PrincipalId::KIND]),
        EventKind::new("entry_added", 1, 0).says("Something is in it.").about(&[FileId::KIND, ItemId::KIND]),
        EventKind::new("entry_moved", 1, 0)
            .says("A row has another place.")
            .about(&[FileId::KIND, ItemId::KIND]),
        EventKind::new("entry_removed", 1, 0)
            .says("A row is not in it any more.")
            .about(&[FileId::KIND, ItemId::KIND]),
        EventKind::new("deleted", 1, 0).says("There is no such list any more.").about(&[PrincipalId::KIND]),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(_: &Command) -> Permission {
        Permission::COLLECT
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match (&state.list, command) {
            (None, Command::Create { owner, name, kind }) => {
                checked(&name)?;
                Ok(vec![Event::Created { owner, name, kind }])
            }
            // Its id is of the command that made it: it is the same.
            (Some(_), Command::Create { .. }) => Ok(vec![]),
            (None, Command::Delete) if state.is_deleted => Ok(vec![]),
            (
                None,
                Command::Rename { .. }
                | Command::Delete
                | Command::Add { .. }
                | Command::Remove { .. }
                | Command::Move { .. },
            ) => Err(Rejection::NotFound),
            (Some(list), Command::Rename { .. } | Command::Delete)
                if list.kind == CollectionKind::Favourites =>
            {
                Err(Rejection::Favourites)
            }
            (Some(list), Command::Rename { name }) if list.name == name => Ok(vec![]),
            (Some(_), Command::Rename { name }) => {
                checked(&name)?;
                Ok(vec![Event::Renamed { name }])
            }
            (Some(_), Command::Delete) => Ok(vec![Event::Deleted {}]),
            (Some(list), Command::Add { entries, again }) => add(list, entries, again),
            (Some(list), Command::Remove { ids }) => remove(list, &ids),
            (Some(list), Command::Move { entry_id, to }) => relocate(list, entry_id, to),
        }
    }

    fn subjects(before: &State, event: &Event) -> Subjects {
        event.subjects(before)
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    fn redact(event: &Event) -> Option<Event> {
        Some(event.redacted())
    }

    fn state_bytes(state: &State) -> usize {
        // Three maps have each row, two of them with the text of a thing's kind or the like.
        const ENTRY_BYTES: usize = 256;
        size_of_val(state) + state.list.as_ref().map_or(0, List::len) * ENTRY_BYTES
    }
}

fn checked(name: &str) -> Result<(), Rejection> {
    if is_name(name, CollectionId::KIND) { Ok(()) } else { Err(Rejection::BadName) }
}

fn add(list: &List, entries: Vec<NewEntry>, again: bool) -> Result<Vec<Event>, Rejection> {
    at_once(entries.len())?;
    let (mut named, mut end) = (HashSet::new(), list.last());
    let mut events = Vec::new();
    for NewEntry { entry_id, thing, title } in entries {
        if !again && (list.has(&thing) || !named.insert(thing.clone())) {
            continue;
        }
        let count = list.len() + events.len() + 1;
        let place = end.map_or(Some(0), |end| end.checked_add(STEP));
        let place = place.filter(|_| count <= ENTRIES_MAX).ok_or(Rejection::TooManyEntries { count })?;
        end = Some(place);
        events.push(Event::EntryAdded { entry_id, thing, title, place });
    }
    Ok(events)
}

fn remove(list: &List, ids: &[Subject]) -> Result<Vec<Event>, Rejection> {
    at_once(ids.len())?;
    let named: HashSet<&Subject> = ids.iter().collect();
    let is_named = |entry_id: &CollectionEntryId| {
        named.contains(&Subject::from(*entry_id))
            || list.thing(*entry_id).is_some_and(|thing| named.contains(thing))
    };
    let rows = list.rows().map(|(entry_id, _)| entry_id).filter(is_named);
    Ok(rows.map(|entry_id| Event::EntryRemoved { entry_id }).collect())
}

fn at_once(count: usize) -> Result<(), Rejection> {
    if count > THINGS_MAX { Err(Rejection::TooManyAtOnce { count }) } else { Ok(()) }
}

/// A row gets a place between two others. Where there is no room left, those behind move up until there is.
fn relocate(list: &List, entry_id: CollectionEntryId, to: Spot) -> Result<Vec<Event>, Rejection> {
    let rows: Vec<(CollectionEntryId, i64)> = list.rows().collect();
    let find = |entry_id: CollectionEntryId| {
        let found = rows.iter().position(|(row, _)| *row == entry_id);
        found.ok_or(Rejection::NoEntry { entry_id })
    };
    let from = find(entry_id)?;
    // The number of rows in front of it, of those that there are now.
    let front = match to {
        Spot::First => 0,
        Spot::Last => rows.len(),
        Spot::Before(other) => find(other)?,
        Spot::After(other) => find(other)? + 1,
    };
    if front == from || front == from + 1 {
        return Ok(vec![]);
    }
    let (left, right) = (front.checked_sub(1).map(|left| rows[left].1), &rows[front..]);
    let room = match (left, right.first()) {
        (Some(left), Some((_, right))) => left.checked_add((right - left) / 2).filter(|place| *place > left),
        (Some(left), None) => left.checked_add(STEP),
        (None, Some((_, right))) => right.checked_sub(STEP),
        (None, None) => Some(0),
    };
    if let Some(place) = room {
        return Ok(vec![Event::EntryMoved { entry_id, place }]);
    }
    let mut place = left.unwrap_or(i64::MIN);
    let mut events = Vec::new();
    let behind = right.iter().filter(|(row, _)| *row != entry_id);
    for (row, old) in [(entry_id, i64::MIN)].iter().chain(behind) {
        if *old > place {
            break;
        }
        // No list was ever moved about so often that it reaches the end of the numbers.
        place = place.saturating_add(STEP_BETWEEN);
        events.push(Event::EntryMoved { entry_id: *row, place });
    }
    Ok(events)
}
