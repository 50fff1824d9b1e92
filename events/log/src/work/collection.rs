//! Stories of personal lists: each is about the lists of whoever asks, and what is another's is not there.

use mediary_events::{
    Asked as _, Concern as _, codec,
    collection::{
        Ask, Collection, Command, LISTS_MAX, List, NewEntry, Rejection, THINGS_MAX,
        ask::{Add, Create, Delete, Favourite, Import, Move, Remove, Rename},
    },
    download::Download,
    file::File,
    playlist::Playlist,
};
use mediary_schema::{
    CollectionEntryId, CollectionId, FileId, ItemId, Subject,
    account::Permission,
    bounded::{TITLE_BYTES_MAX, cut},
    collection::{CollectionKind, Wanted},
};
use serde::Serialize;

use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Personal lists, to everybody else. Whoever hears NATS hears everybody, and the envelope alone says who likes what: so nothing
/// of them goes there.
pub(crate) const ENTRY: Entry = Entry {
    name: Collection::NAME,
    events: Collection::EVENTS,
    retired: Collection::RETIRED,
    redact: codec::redacted::<Collection>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::OWN,
    fanout: Fanout::Nothing,
    work: &[],
};

/// What a list of favourites is called.
const FAVOURITES: &str = "Favourites";

/// What a command on personal lists answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The list.
    pub collection_id: CollectionId,
    /// The rows that were added, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<AddedEntry>,
    /// What was in it already, and stayed as it was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Subject>,
    /// How many rows were taken out.
    pub removed_count: usize,
}

/// A row that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddedEntry {
    /// Its id.
    pub entry_id: CollectionEntryId,
    /// What is in it.
    pub thing: Subject,
}

impl Told {
    const fn of(collection_id: CollectionId) -> Self {
        Self { collection_id, added: Vec::new(), known: Vec::new(), removed_count: 0 }
    }
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        story.require(Permission::COLLECT)?;
        match self.clone() {
            Self::Create(Create { name }) => create(story, name).map(Told::of),
            Self::Rename(Rename { collection_id, name }) => {
                own(story, collection_id)?;
                free(story, collection_id, &name)?;
                execute(story, collection_id, Command::Rename { name }).map(|()| Told::of(collection_id))
            }
            Self::Delete(Delete { collection_id }) => delete(story, collection_id).map(Told::of),
            Self::Add(Add { collection_id, things, again }) => {
                own(story, collection_id)?;
                add(story, collection_id, things, again)
            }
            Self::Remove(Remove { collection_id, ids }) => {
                own(story, collection_id)?;
                remove(story, collection_id, ids)
            }
            Self::Move(Move { collection_id, entry_id, to }) => {
                own(story, collection_id)?;
                execute(story, collection_id, Command::Move { entry_id, to })
                    .map(|()| Told::of(collection_id))
            }
            Self::Import(Import { name, things, again }) => {
                let collection_id = match called(story, &name)? {
                    Some(known) => known,
                    None => create(story, name)?,
                };
                add(story, collection_id, things, again)
            }
            Self::Favourite(Favourite { things, is_favourite }) => favourite(story, things, is_favourite),
        }
    }
}

fn execute(story: &mut Transaction<'_>, id: CollectionId, command: Command) -> Result<(), Refusal> {
    story.execute::<Collection>(id.uuid(), command)
}

/// A list of whoever asks.
fn own<'s>(story: &'s mut Transaction<'_>, id: CollectionId) -> Result<&'s List, Refusal> {
    let owner = story.caller().principal;
    let found = story.state::<Collection>(id.uuid())?.list.as_ref();
    found.filter(|list| list.owner == owner).ok_or_else(|| Rejection::NotFound.into())
}

/// The lists of whoever asks: another that is made meanwhile has the story told anew.
fn all(story: &mut Transaction<'_>) -> Result<Vec<CollectionId>, Refusal> {
    let owner = story.caller().principal;
    let mut found = Vec::new();
    for uuid in story.all_about::<Collection>(&owner.into())? {
        let is_there = |list: &List| list.owner == owner;
        if story.state::<Collection>(uuid)?.list.as_ref().is_some_and(is_there) {
            found.push(CollectionId::from_uuid(uuid));
        }
    }
    Ok(found)
}

/// The list of whoever asks that is called so, in whichever letters.
fn called(story: &mut Transaction<'_>, name: &str) -> Result<Option<CollectionId>, Refusal> {
    let name = name.to_lowercase();
    for id in all(story)? {
        if own(story, id)?.name.to_lowercase() == name {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Refuses a name that another list of whoever asks has, or is to have.
fn free(story: &mut Transaction<'_>, id: CollectionId, name: &str) -> Result<(), Refusal> {
    let is_another = called(story, name)?.is_some_and(|known| known != id);
    if is_another || name.to_lowercase() == FAVOURITES.to_lowercase() {
        return Err(Rejection::Exists { name: name.to_owned() }.into());
    }
    Ok(())
}

fn create(story: &mut Transaction<'_>, name: String) -> Result<CollectionId, Refusal> {
    let id = story.identities().collection(story.caller().command_id);
    free(story, id, &name)?;
    if all(story)?.len() >= LISTS_MAX {
        return Err(Rejection::TooMany.into());
    }
    let owner = story.caller().principal;
    execute(story, id, Command::Create { owner, name, kind: CollectionKind::List })?;
    Ok(id)
}

fn delete(story: &mut Transaction<'_>, id: CollectionId) -> Result<CollectionId, Refusal> {
    // One that is gone already is no reason to refuse it, and says no more than that.
    if story.state::<Collection>(id.uuid())?.list.is_some() {
        own(story, id)?;
    }
    execute(story, id, Command::Delete)?;
    Ok(id)
}

fn add(
    story: &mut Transaction<'_>,
    id: CollectionId,
    things: Vec<Wanted>,
    again: bool,
) -> Result<Told, Refusal> {
    let count = things.len();
    if count > THINGS_MAX {
        return Err(Rejection::TooManyAtOnce { count }.into());
    }
    let (identities, command_id) = (story.identities(), story.caller().command_id);
    let mut entries = Vec::new();
    for (number, Wanted { thing, title }) in (0..).zip(things) {
        let otherwise = find(story, &thing)?;
        let title = cut(title.filter(|title| !title.trim().is_empty()).unwrap_or(otherwise), TITLE_BYTES_MAX);
        entries.push(NewEntry {
            entry_id: identities.collection_entry(id, command_id, number),
            thing,
            title,
        });
    }
    execute(story, id, Command::Add { entries: entries.clone(), again })?;
    let state = story.state::<Collection>(id.uuid())?;
    let mut told = Told::of(id);
    for NewEntry { entry_id, thing, .. } in entries {
        if state.entry(entry_id).is_some() {
            told.added.push(AddedEntry { entry_id, thing });
        } else {
            told.known.push(thing);
        }
    }
    Ok(told)
}

fn remove(story: &mut Transaction<'_>, id: CollectionId, ids: Vec<Subject>) -> Result<Told, Refusal> {
    let rows = own(story, id)?.len();
    execute(story, id, Command::Remove { ids })?;
    let removed_count = rows - own(story, id)?.len();
    Ok(Told { removed_count, ..Told::of(id) })
}

/// Favourites are there from the first one on.
fn favourite(
    story: &mut Transaction<'_>,
    things: Vec<Wanted>,
    is_favourite: Option<bool>,
) -> Result<Told, Refusal> {
    let (project, owner) = (story.caller().project, story.caller().principal);
    let id = story.identities().favourites(project, owner);
    let is_there = story.state::<Collection>(id.uuid())?.list.is_some();
    if !is_there && is_favourite != Some(false) {
        let (name, kind) = (FAVOURITES.to_owned(), CollectionKind::Favourites);
        execute(story, id, Command::Create { owner, name, kind })?;
    }
    let Some(list) = story.state::<Collection>(id.uuid())?.list.as_ref() else { return Ok(Told::of(id)) };
    let is_on = |wanted: &Wanted| is_favourite.unwrap_or_else(|| !list.has(&wanted.thing));
    let (on, off): (Vec<_>, Vec<_>) = things.into_iter().partition(is_on);
    let Told { removed_count, .. } = remove(story, id, off.into_iter().map(|wanted| wanted.thing).collect())?;
    Ok(Told { removed_count, ..add(story, id, on, false)? })
}

/// What something is called if nobody says so; refuses what was never there.
fn find(story: &mut Transaction<'_>, thing: &Subject) -> Result<String, Refusal> {
    let found = match &*thing.kind {
        FileId::KIND => {
            let path = story.state::<File>(thing.id)?.path.as_deref();
            path.map(|path| path.rsplit('/').next().unwrap_or(path).to_owned())
        }
        ItemId::KIND => is_item(story, thing)?.then(|| thing.to_string()),
        _ => return Err(Rejection::NotCollected { thing: thing.clone() }.into()),
    };
    found.ok_or_else(|| Rejection::NoThing { thing: thing.clone() }.into())
}

/// Whether a list or a download that may be seen is about an item.
fn is_item(story: &mut Transaction<'_>, item: &Subject) -> Result<bool, Refusal> {
    for uuid in story.about::<Download>(item)? {
        if story.state::<Download>(uuid)?.item_id.is_some() {
            return Ok(true);
        }
    }
    for uuid in story.about::<Playlist>(item)? {
        if !story.is_strange(&Playlist::stream(uuid))? {
            return Ok(true);
        }
    }
    Ok(false)
}
