//! `mediary collection`: lists of one's own, and what one likes best.

mod entry;
mod file;

use clap::{Args, Subcommand, builder::RangedU64ValueParser};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{
    failure::Failure,
    file as files,
    intent::{self, Certainty, Intent},
    named::{self, Kind},
    noun::Verbs,
    page,
    playlist::{self, input},
};
use crate::{
    answers::Connection as _,
    answers::collection::{
        Collection, CollectionEntry, CollectionPayload, add, create, delete, entries, favourite, list,
        r#move, remove, rename, show,
    },
    client::{Client, Document},
    output::{Output, Table, clean, fields, moment, plural, word},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind =
    Kind::new("COLLECTION", "list of yours", "`mediary collection list` shows those that there are");

/// What can be done with lists of one's own.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make a list; nobody else sees it.
    Create {
        /// What it is called; one of a kind among your lists.
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        intent: Intent,
    },
    /// List your lists, by name.
    List,
    /// Show a list with its rows, and which of them are not in the library any more.
    Show {
        /// Its name, its id or the first digits of it.
        #[arg(value_name = "LIST")]
        list: String,
        /// At most so many rows.
        #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
        limit: Option<usize>,
    },
    /// Call a list otherwise.
    Rename {
        /// Its name, its id or the first digits of it.
        #[arg(value_name = "LIST")]
        list: String,
        /// What it is called from now on.
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        intent: Intent,
    },
    /// Take a list away; what was in it stays in the library.
    Delete {
        /// Its name, its id or the first digits of it.
        #[arg(value_name = "LIST")]
        list: String,
        #[command(flatten)]
        certainty: Certainty,
    },
    /// Put files and entries of playlists at the end of a list.
    #[command(after_help = "Example:\n  mediary collection add Road 'Ibiza 1998' file-0189…")]
    Add {
        /// Its name, its id or the first digits of it.
        #[arg(value_name = "LIST")]
        list: String,
        /// Files and entries: their ids or the first digits of them, paths, titles, or parts of them.
        #[arg(value_name = "THING", required = true)]
        things: Vec<String>,
        /// Put also in what is in the list already.
        #[arg(long)]
        again: bool,
        #[command(flatten)]
        intent: Intent,
    },
    /// Take rows out of a list.
    Remove {
        /// Its name, its id or the first digits of it.
        #[arg(value_name = "LIST")]
        list: String,
        /// Rows by their numbers or ids, or what is in them, as for `add`.
        #[arg(value_name = "ROW", required = true)]
        rows: Vec<String>,
        #[command(flatten)]
        intent: Intent,
    },
    /// Give a row another place in its list.
    Move(Move),
    /// Say what you like best: it is in the list Favourites.
    Favourite(Favourite),
    /// Write a list as a file that players read.
    Export(file::Export),
    /// Put what a file of a playlist names at the end of a list; nothing is fetched, and what is not in the library is said.
    Import(file::Import),
}

/// Another place for a row.
#[derive(Debug, Args)]
pub(crate) struct Move {
    /// Its name, its id or the first digits of it.
    #[arg(value_name = "LIST")]
    list: String,
    /// The row, by its number or its id.
    #[arg(value_name = "ROW")]
    row: String,
    #[command(flatten)]
    spot: Spot,
    #[command(flatten)]
    intent: Intent,
}

/// Where it goes.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Spot {
    /// In front of all others.
    #[arg(long)]
    first: bool,
    /// Behind all others.
    #[arg(long)]
    last: bool,
    /// Right before this row, by its number or its id.
    #[arg(long, value_name = "ROW")]
    before: Option<String>,
    /// Right behind this row, by its number or its id.
    #[arg(long, value_name = "ROW")]
    after: Option<String>,
}

/// What one likes best.
#[derive(Debug, Args)]
pub(crate) struct Favourite {
    /// Files and entries: their ids or the first digits of them, paths, titles, or parts of them.
    #[arg(value_name = "THING", required = true)]
    things: Vec<String>,
    /// Say that you don't.
    #[arg(long)]
    off: bool,
    /// Say of each the opposite of what was said before.
    #[arg(long, conflicts_with = "off")]
    toggle: bool,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const CREATE: Document<create::Answer> =
    Document::repeatable(include_str!("collection/create.graphql"));
pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("collection/list.graphql"));
pub(crate) const SHOW: Document<show::Answer> = Document::repeatable(include_str!("collection/show.graphql"));
pub(crate) const ENTRIES: Document<entries::Answer> =
    Document::repeatable(include_str!("collection/entries.graphql"));
pub(crate) const RENAME: Document<rename::Answer> =
    Document::repeatable(include_str!("collection/rename.graphql"));
pub(crate) const DELETE: Document<delete::Answer> =
    Document::repeatable(include_str!("collection/delete.graphql"));
pub(crate) const ADD: Document<add::Answer> = Document::repeatable(include_str!("collection/add.graphql"));
pub(crate) const REMOVE: Document<remove::Answer> =
    Document::repeatable(include_str!("collection/remove.graphql"));
pub(crate) const MOVE: Document<r#move::Answer> =
    Document::repeatable(include_str!("collection/move.graphql"));
pub(crate) const FAVOURITE: Document<favourite::Answer> =
    Document::repeatable(include_str!("collection/favourite.graphql"));

/// Rows of a page.
const ROWS: usize = 100;

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Create { name, intent } => {
                let outcome = client.meant(intent).act(&CREATE, input(json!({ "name": name }))).await?;
                Failure::refused(outcome.user_errors)?;
                told(outcome.payload, output)
            }
            Self::List => {
                let lists = page::all(client, &LIST, json!({}), None).await?;
                Ok(output.show(&lists, |lists| table(lists))?)
            }
            Self::Show { list, limit } => show(client, output, &list, limit).await,
            Self::Rename { list, name, intent } => {
                let id = named::id(client, KIND, &list).await?;
                let wanted = input(json!({ "id": id, "name": name }));
                let outcome = client.meant(intent).act(&RENAME, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                told(outcome.payload, output)
            }
            Self::Delete { list, certainty } => {
                let id = named::id(client, KIND, &list).await?;
                let wanted = json!({ "id": id });
                let outcome =
                    intent::act_for_good(client, output, certainty, &DELETE, input(wanted.clone())).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&wanted, |_| "the list is deleted".to_owned())?)
            }
            Self::Add { list, things, again, intent } => {
                let id = named::id(client, KIND, &list).await?;
                let things = ids_of(client, &things).await?;
                let wanted = input(json!({ "id": id, "thingIds": things, "again": again }));
                let outcome = client.meant(intent).act(&ADD, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                told(outcome.payload, output)
            }
            Self::Remove { list, rows, intent } => {
                let id = named::id(client, KIND, &list).await?;
                let mut ids = Vec::with_capacity(rows.len());
                for row in &rows {
                    match numbered(client, &id, row).await? {
                        Some(entry_id) => ids.push(entry_id),
                        None => ids.push(id_of(client, row).await?),
                    }
                }
                let outcome =
                    client.meant(intent).act(&REMOVE, input(json!({ "id": id, "ids": ids }))).await?;
                Failure::refused(outcome.user_errors)?;
                told(outcome.payload, output)
            }
            Self::Move(wanted) => relocate(client, output, wanted).await,
            Self::Favourite(Favourite { things, off, toggle, intent }) => {
                let things = ids_of(client, &things).await?;
                let is_favourite = (!toggle).then_some(!off);
                let wanted = input(json!({ "thingIds": things, "isFavourite": is_favourite }));
                let outcome = client.meant(intent).act(&FAVOURITE, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                told(outcome.payload, output)
            }
            Self::Export(wanted) => file::export(wanted, client, output).await,
            Self::Import(wanted) => file::import(wanted, client, output).await,
        }
    }
}

async fn relocate(client: &Client, output: &mut Output, wanted: Move) -> Result<(), Failure> {
    let Move { list, row, spot: Spot { first, last: _, before, after }, intent } = wanted;
    let id = named::id(client, KIND, &list).await?;
    let entry_id = entry_of(client, &id, &row).await?;
    let to = match (before, after) {
        (Some(row), _) => json!({ "before": entry_of(client, &id, &row).await? }),
        (None, Some(row)) => json!({ "after": entry_of(client, &id, &row).await? }),
        (None, None) => json!({ "first": first }),
    };
    let wanted = input(json!({ "id": id, "entryId": entry_id, "to": to }));
    let outcome = client.meant(intent).act(&MOVE, wanted).await?;
    Failure::refused(outcome.user_errors)?;
    told(outcome.payload, output)
}

async fn show(client: &Client, output: &mut Output, list: &str, limit: Option<usize>) -> Result<(), Failure> {
    let id = named::id(client, KIND, list).await?;
    let found: Option<Collection> = client.ask(&SHOW, json!({ "id": id })).await?;
    let list = found.ok_or_else(|| not_found(id.clone()))?;
    let entries = rows(client, &id, limit.unwrap_or(usize::MAX)).await?;
    let mut shown = serde_json::to_value(&list).map_err(std::io::Error::from)?;
    shown["entries"] = json!(entries);
    Ok(output.show(&shown, |_| format!("{}\n\n{}", details(&list), entry_table(&entries)))?)
}

/// The rows of a list, at most so many.
async fn rows(client: &Client, id: &str, limit: usize) -> Result<Vec<CollectionEntry>, Failure> {
    let mut rows = Vec::new();
    let mut after = None;
    while rows.len() < limit {
        let first = ROWS.min(limit - rows.len());
        let asked = json!({ "id": id, "first": first, "after": after });
        let page = client.ask(&ENTRIES, asked).await?.ok_or_else(|| not_found(id.to_owned()))?.entries;
        after = page.next();
        rows.extend(page.into_nodes());
        if after.is_none() {
            break;
        }
    }
    Ok(rows)
}

/// The id of a row that is called by its number in the list; none if it isn't.
async fn numbered(client: &Client, list: &str, text: &str) -> Result<Option<String>, Failure> {
    let Ok(number) = text.parse::<usize>() else { return Ok(None) };
    let rows = rows(client, list, number).await?;
    let row = number.checked_sub(1).and_then(|at| rows.into_iter().nth(at));
    let advice = "`mediary collection show` shows its rows with their numbers";
    let row = row.ok_or_else(|| Failure::NotFound { id: format!("row {number} in the list"), advice })?;
    Ok(Some(row.id))
}

/// The id of a row that is called by its number or its id.
async fn entry_of(client: &Client, list: &str, text: &str) -> Result<String, Failure> {
    Ok(numbered(client, list, text).await?.unwrap_or_else(|| text.to_owned()))
}

/// The id of what is called so: a file, or else an entry of a playlist.
async fn id_of(client: &Client, text: &str) -> Result<String, Failure> {
    match named::id(client, files::KIND, text).await {
        Err(Failure::NotFound { .. }) => named::id(client, playlist::ENTRY, text).await,
        found => found,
    }
}

async fn ids_of(client: &Client, texts: &[String]) -> Result<Vec<String>, Failure> {
    let mut ids = Vec::with_capacity(texts.len());
    for text in texts {
        ids.push(id_of(client, text).await?);
    }
    Ok(ids)
}

fn not_found(id: String) -> Failure {
    Failure::NotFound { id, advice: KIND.advice }
}

/// What came of a command.
fn told(payload: CollectionPayload, output: &mut Output) -> Result<(), Failure> {
    let CollectionPayload { collection, added_ids, known_ids, removed_count, .. } = payload;
    let json = json!({
        "collection": collection, "addedIds": added_ids, "knownIds": known_ids, "removedCount": removed_count,
    });
    let text = |_: &serde_json::Value| {
        let list = collection.as_ref().map_or_else(|| "done; it can't be shown yet".to_owned(), details);
        let counts = [
            (added_ids.len() as u64, "put in"),
            (removed_count, "taken out"),
            (known_ids.len() as u64, "in it already"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let lines = counts.map(|(count, what)| format!("{} {what}", plural(count, "row", "rows")));
        std::iter::once(list).chain(lines).collect::<Vec<_>>().join("\n")
    };
    Ok(output.show(&json, text)?)
}

fn details(list: &Collection) -> String {
    fields(&[
        ("id", Some(list.id.clone())),
        ("name", Some(clean(&list.name))),
        ("rows", Some(list.entry_count.to_string())),
        ("files", Some(list.file_count.to_string())),
        ("made", Some(moment(&list.created_at))),
    ])
}

fn table(lists: &[Collection]) -> String {
    let mut table = Table::new(&["name", "rows", "files", "kind", "made", "id"]);
    for list in lists {
        table.row([
            clean(&list.name),
            list.entry_count.to_string(),
            list.file_count.to_string(),
            word(&list.kind),
            moment(&list.created_at),
            list.id.clone(),
        ]);
    }
    table.text("there are no lists of yours; `mediary collection create NAME` makes one")
}

fn entry_table(entries: &[CollectionEntry]) -> String {
    let mut table = Table::new(&["#", "title", "in the library", "added", "what"]);
    for (number, entry) in (1_usize..).zip(entries) {
        table.row([
            number.to_string(),
            clean(&entry.title),
            if entry.is_there { "yes" } else { "no" }.to_owned(),
            moment(&entry.added_at),
            entry.thing_id.clone(),
        ]);
    }
    table.text("nothing is in it; `mediary collection add LIST THING` puts something in")
}
