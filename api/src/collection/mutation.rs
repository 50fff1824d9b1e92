use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use futures::future::join_all;
use mediary_events::collection::{
    Ask,
    ask::{Add, Create, Delete, Favourite, Import, Move, Remove, Rename},
};
use mediary_log::work::collection::Told;
use mediary_schema::{
    CollectionEntryId, DownloadId, EntryId, FileId, ItemId, Subject,
    collection::{Spot, Wanted},
};

use super::{
    Collection,
    matching::{self, Standing},
    tracks::{Format, Track},
};
use crate::{
    asking::{self, Done, Terms, shown},
    download::{DownloadById, DownloadOfItem},
    error::{UserError, parse_id},
    file::FileById,
    loader::look_up,
    playlist::EntryById,
    scalar::Long,
};

#[derive(Debug, Default)]
pub(crate) struct CollectionMutation;

/// A list to be made.
#[derive(Debug, InputObject)]
pub(crate) struct CollectionCreateInput {
    /// What its owner calls it; one of a kind among his lists.
    name: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// Another name for a list.
#[derive(Debug, InputObject)]
pub(crate) struct CollectionRenameInput {
    /// The list.
    id: ID,
    /// What its owner calls it from now on.
    name: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// A list to be taken away.
#[derive(Debug, InputObject)]
pub(crate) struct CollectionDeleteInput {
    /// The list.
    id: ID,
    #[graphql(flatten)]
    terms: Terms,
}

/// Things to be put into a list.
#[derive(Debug, InputObject)]
pub(crate) struct CollectionAddInput {
    /// The list.
    id: ID,
    /// What is put into it, in this order: files and items, or what names an item: an entry of a playlist, a download.
    thing_ids: Vec<ID>,
    /// Whether what is in it already gets a further row.
    #[graphql(default)]
    again: bool,
    #[graphql(flatten)]
    terms: Terms,
}

/// Rows to be taken out of a list.
#[derive(Debug, InputObject)]
pub(crate) struct CollectionRemoveInput {
    /// The list.
    id: ID,
    /// Rows, or what is in them.
    ids: Vec<ID>,
    #[graphql(flatten)]
    terms: Terms,
}

/// Another place for a row.
#[derive(Debug, InputObject)]
pub(crate) struct CollectionMoveInput {
    /// The list.
    id: ID,
    /// The row.
    entry_id: ID,
    /// Where it goes.
    to: CollectionSpot,
    #[graphql(flatten)]
    terms: Terms,
}

/// Where in a list a row goes.
#[derive(Debug, OneofObject)]
pub(crate) enum CollectionSpot {
    /// In front of all others, if it is true; else behind them.
    First(bool),
    /// Right before this row.
    Before(ID),
    /// Right behind this row.
    After(ID),
}

/// A file of a playlist, to be read into a list.
#[derive(Debug, InputObject)]
pub(crate) struct CollectionImportInput {
    /// The list, by its name; it is made if there is none.
    name: String,
    /// The text of the file.
    text: String,
    /// Its format; as the text looks if it is left out.
    format: Option<Format>,
    /// Whether what is in the list already gets a further row.
    #[graphql(default)]
    again: bool,
    #[graphql(flatten)]
    terms: Terms,
}

/// What one likes best, or doesn't.
#[derive(Debug, InputObject)]
pub(crate) struct CollectionFavouriteInput {
    /// Files and items, or what names an item.
    thing_ids: Vec<ID>,
    /// Whether one likes them best; if it is left out, of each the opposite of what was said before.
    is_favourite: Option<bool>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct CollectionPayload {
    /// The list as it is now; none if it was taken away, or can't be shown yet.
    collection: Option<Collection>,
    /// The rows that were added, in their order.
    added_ids: Vec<ID>,
    /// What was in it already, and stayed as it was.
    known_ids: Vec<ID>,
    /// How many rows were taken out.
    removed_count: Long,
    #[graphql(flatten)]
    done: Done,
}

/// What came of a file that was read into a list.
#[derive(Debug, SimpleObject)]
pub(crate) struct CollectionImportPayload {
    /// The list as it is now; none if it can't be shown yet.
    collection: Option<Collection>,
    /// Every row of the file, in its order.
    rows: Vec<ImportedRow>,
    #[graphql(flatten)]
    done: Done,
}

/// A row of a file that was read into a list.
#[derive(Debug, SimpleObject)]
pub(crate) struct ImportedRow {
    /// Which row of the file, from 1.
    number: Long,
    /// What the file calls it.
    title: String,
    /// Where the file says that it is.
    location: String,
    /// What it is here, if anything.
    thing_id: Option<ID>,
    /// What became of it.
    standing: Standing,
}

#[Object]
impl CollectionMutation {
    /// Makes a list of one's own.
    async fn collection_create(
        &self,
        context: &Context<'_>,
        input: CollectionCreateInput,
    ) -> Result<CollectionPayload> {
        payload(context, input.terms, Ask::Create(Create { name: input.name })).await
    }

    /// Calls a list otherwise.
    async fn collection_rename(
        &self,
        context: &Context<'_>,
        input: CollectionRenameInput,
    ) -> Result<CollectionPayload> {
        let CollectionRenameInput { id, name, terms } = input;
        payload(context, terms, Ask::Rename(Rename { collection_id: parse_id(&id)?, name })).await
    }

    /// Takes a list away. What was in it stays in the library.
    async fn collection_delete(
        &self,
        context: &Context<'_>,
        input: CollectionDeleteInput,
    ) -> Result<CollectionPayload> {
        payload(context, input.terms, Ask::Delete(Delete { collection_id: parse_id(&input.id)? })).await
    }

    /// Puts things at the end of a list. What is in it already stays as it is, unless it is wanted again.
    async fn collection_add(
        &self,
        context: &Context<'_>,
        input: CollectionAddInput,
    ) -> Result<CollectionPayload> {
        let CollectionAddInput { id, thing_ids, again, terms } = input;
        let (collection_id, things) = (parse_id(&id)?, wanted(context, &thing_ids).await?);
        payload(context, terms, Ask::Add(Add { collection_id, things, again })).await
    }

    /// Takes rows out of a list. What is not in it is no reason to refuse the rest.
    async fn collection_remove(
        &self,
        context: &Context<'_>,
        input: CollectionRemoveInput,
    ) -> Result<CollectionPayload> {
        let CollectionRemoveInput { id, ids, terms } = input;
        let ids = wanted(context, &ids).await?.into_iter().map(|wanted| wanted.thing).collect();
        payload(context, terms, Ask::Remove(Remove { collection_id: parse_id(&id)?, ids })).await
    }

    /// Gives a row another place in its list.
    async fn collection_move(
        &self,
        context: &Context<'_>,
        input: CollectionMoveInput,
    ) -> Result<CollectionPayload> {
        let CollectionMoveInput { id, entry_id, to, terms } = input;
        let to = match to {
            CollectionSpot::First(true) => Spot::First,
            CollectionSpot::First(false) => Spot::Last,
            CollectionSpot::Before(id) => Spot::Before(parse_id(&id)?),
            CollectionSpot::After(id) => Spot::After(parse_id(&id)?),
        };
        let entry_id: CollectionEntryId = parse_id(&entry_id)?;
        payload(context, terms, Ask::Move(Move { collection_id: parse_id(&id)?, entry_id, to })).await
    }

    /// Puts what a file of a playlist names at the end of a list. Nothing is fetched: what is not in the library is said row by
    /// row.
    async fn collection_import(
        &self,
        context: &Context<'_>,
        input: CollectionImportInput,
    ) -> Result<CollectionImportPayload> {
        let CollectionImportInput { name, text, format, again, terms } = input;
        let tracks = match format.unwrap_or_else(|| Format::of(&text)).read(&text) {
            Ok(tracks) => tracks,
            Err(unreadable) => {
                let error = UserError::new("COLLECTION_UNREADABLE", unreadable.0, Some(READABLE));
                return Ok(CollectionImportPayload {
                    collection: None,
                    rows: Vec::new(),
                    done: Done::refused(error),
                });
            }
        };
        let found = matching::find(context, &tracks).await?;
        let things = tracks.iter().zip(&found).filter_map(|(track, found)| {
            let title = Some(track.title.clone()).filter(|title| !title.is_empty());
            Some(Wanted { thing: found.clone().ok()?, title })
        });
        let asked = Ask::Import(Import { name, things: things.collect(), again });
        let (told, done) = asking::ask(context, terms, asked).await?;
        let Some(told) = told else {
            return Ok(CollectionImportPayload { collection: None, rows: Vec::new(), done });
        };
        let rows = imported(tracks, found, &told);
        let collection = shown(Collection::find(context, told.collection_id, done.position).await);
        Ok(CollectionImportPayload { collection, rows, done })
    }

    /// Says of things that one likes them best, or that one doesn't.
    async fn collection_favourite(
        &self,
        context: &Context<'_>,
        input: CollectionFavouriteInput,
    ) -> Result<CollectionPayload> {
        let CollectionFavouriteInput { thing_ids, is_favourite, terms } = input;
        let things = wanted(context, &thing_ids).await?;
        payload(context, terms, Ask::Favourite(Favourite { things, is_favourite })).await
    }
}

/// What to do about a file that can't be read.
const READABLE: &str = "give a file of M3U8 or XSPF, as `mediary collection export` writes them";

/// What became of each row: the things that were added are told in the order of the file.
fn imported(
    tracks: Vec<Track>,
    found: Vec<std::result::Result<Subject, Standing>>,
    told: &Told,
) -> Vec<ImportedRow> {
    let mut added = told.added.iter().peekable();
    let mut row = |(number, (track, found)): (u64, (Track, std::result::Result<Subject, Standing>))| {
        let (thing_id, standing) = match found {
            Err(standing) => (None, standing),
            Ok(thing) if added.next_if(|added| added.thing == thing).is_some() => {
                (Some(thing), Standing::Added)
            }
            Ok(thing) => (Some(thing), Standing::Known),
        };
        let Track { title, location, .. } = track;
        let thing_id = thing_id.map(|thing| ID(thing.to_string()));
        ImportedRow { number: Long(number), title, location, thing_id, standing }
    };
    (1..).zip(tracks.into_iter().zip(found)).map(&mut row).collect()
}

/// Things with what they are called now. What names an item stands for that.
async fn wanted(context: &Context<'_>, ids: &[ID]) -> Result<Vec<Wanted>> {
    let things = ids.iter().map(|id| parse_id::<Subject>(id)).collect::<Result<Vec<_>>>()?;
    join_all(things.into_iter().map(|thing| called(context, thing))).await.into_iter().collect()
}

async fn called(context: &Context<'_>, thing: Subject) -> Result<Wanted> {
    let of_item = |item: ItemId, title| Wanted { thing: item.into(), title };
    Ok(match &*thing.kind {
        FileId::KIND => {
            let file = look_up::<FileById>(context, FileId::from_uuid(thing.id)).await?;
            let item = file.and_then(|file| file.item_id);
            let title = match item {
                Some(item) => look_up::<DownloadOfItem>(context, item).await?.and_then(|row| row.title),
                None => None,
            };
            Wanted { thing, title }
        }
        ItemId::KIND => {
            let row = look_up::<DownloadOfItem>(context, ItemId::from_uuid(thing.id)).await?;
            Wanted { title: row.and_then(|row| row.title), thing }
        }
        EntryId::KIND => match look_up::<EntryById>(context, EntryId::from_uuid(thing.id)).await? {
            Some(row) => of_item(row.item_id, row.title),
            None => Wanted { thing, title: None },
        },
        DownloadId::KIND => match look_up::<DownloadById>(context, DownloadId::from_uuid(thing.id)).await? {
            Some(row) => of_item(row.item_id, row.title),
            None => Wanted { thing, title: None },
        },
        _ => Wanted { thing, title: None },
    })
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<CollectionPayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let Some(told) = told else {
        let (added_ids, known_ids) = (Vec::new(), Vec::new());
        return Ok(CollectionPayload {
            collection: None,
            added_ids,
            known_ids,
            removed_count: Long(0),
            done,
        });
    };
    let Told { collection_id, added, known, removed_count } = told;
    let collection = shown(Collection::find(context, collection_id, done.position).await);
    Ok(CollectionPayload {
        collection,
        added_ids: added.into_iter().map(|added| ID(added.entry_id.to_string())).collect(),
        known_ids: known.into_iter().map(|thing| ID(thing.to_string())).collect(),
        removed_count: Long(removed_count as u64),
        done,
    })
}
