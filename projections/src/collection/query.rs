use std::borrow::Cow;

use mediary_schema::{CollectionEntryId, CollectionId, Subject, Timestamp, collection::CollectionKind};
use rusqlite::{Row, Transaction, params, params_from_iter, types::Value};

use crate::{
    listing::{By, Listing, Order, OrderField, Select},
    named::Called,
    page::{Page, PageRequest},
    rows::{Word, Words},
    sql,
};

/// Lists that are there, by their names.
pub const CALLED: Called = Called::new("collection", "id", "name", "NULL").only(IS_THERE);

/// A personal list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionRow {
    /// Its id.
    pub id: CollectionId,
    /// What its owner calls it.
    pub name: String,
    /// What it is to its owner.
    pub kind: CollectionKind,
    /// Whether it was taken away: told to whoever watches.
    pub is_deleted: bool,
    /// How many rows it has.
    pub entry_count: u64,
    /// How many of them are files.
    pub file_count: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// The position of the last event that touched it.
    pub changed_at: u64,
}

/// A row of a personal list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Its id.
    pub id: CollectionEntryId,
    /// What is in it.
    pub thing: Subject,
    /// What that was called when it was added.
    pub title: String,
    /// When it was added.
    pub added_at: Timestamp,
}

/// Which lists are there.
const IS_THERE: &str = "is_deleted = 0";

/// What they are in the numbers.
pub(super) const COUNTED: &str = "collection";

const COLUMNS: &str = "id, name, kind, is_deleted, entry_count, file_count, created_at, changed_at";

const ENTRY_COLUMNS: &str = "id, thing_kind, thing, title, added_at";

/// What entries are sorted by.
pub const BY_PLACE: By = By::number("place", "place");

fn collection_row(row: &Row<'_>) -> rusqlite::Result<CollectionRow> {
    let number = |column: &str| row.get::<_, i64>(column).map(|number| number as u64);
    let kind: Word<_> = row.get("kind")?;
    Ok(CollectionRow {
        id: CollectionId::from_uuid(sql::uuid(row, "id")?),
        name: row.get("name")?,
        kind: kind.0,
        is_deleted: row.get("is_deleted")?,
        entry_count: number("entry_count")?,
        file_count: number("file_count")?,
        created_at: Timestamp::from_micros(row.get("created_at")?),
        changed_at: number("changed_at")?,
    })
}

fn entry_row(row: &Row<'_>) -> rusqlite::Result<EntryRow> {
    let kind: String = row.get("thing_kind")?;
    Ok(EntryRow {
        id: CollectionEntryId::from_uuid(sql::uuid(row, "id")?),
        thing: Subject::new(kind, sql::uuid(row, "thing")?),
        title: row.get("title")?,
        added_at: Timestamp::from_micros(row.get("added_at")?),
    })
}

/// What lists can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectionField {
    /// When they were made.
    CreatedAt,
    /// Their names.
    Name,
}

impl OrderField for CollectionField {
    const DEFAULT: Order<Self> = Order { field: Self::Name, descending: false };

    fn by(self) -> By {
        match self {
            Self::CreatedAt => By::KEY,
            Self::Name => By::text("name", "name"),
        }
    }
}

/// Lists that are there, by their names unless said otherwise.
pub fn collections(
    transaction: &Transaction<'_>,
    order: Order<CollectionField>,
    request: &PageRequest,
) -> rusqlite::Result<Page<CollectionRow>> {
    let mut list = Listing::of("collection", COLUMNS, order);
    // Numbers are those of a project; this is a person's.
    list.equal("is_deleted", Some(Value::Integer(0)));
    list.page(transaction, request, collection_row)
}

/// A list that is there.
pub fn collection(
    transaction: &Transaction<'_>,
    id: CollectionId,
) -> rusqlite::Result<Option<CollectionRow>> {
    Ok(collections_by_id(transaction, &[id])?.pop())
}

/// What its owner likes best, once something is.
pub fn favourites(transaction: &Transaction<'_>) -> rusqlite::Result<Option<CollectionRow>> {
    let select = format!("SELECT {COLUMNS} FROM collection WHERE is_deleted = 0 AND kind = ?1");
    let mut select = transaction.prepare_cached(&select)?;
    select.query_map([CollectionKind::Favourites.word()], collection_row)?.next().transpose()
}

/// Lists by their ids, in no order; those that are not there are left out.
pub fn collections_by_id(
    transaction: &Transaction<'_>,
    ids: &[CollectionId],
) -> rusqlite::Result<Vec<CollectionRow>> {
    let select = format!("SELECT {COLUMNS} FROM collection WHERE {IS_THERE} AND id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), collection_row)
}

/// Lists that were touched after a position, in that order: also those that were taken away.
pub fn changed_collections(
    transaction: &Transaction<'_>,
    after: u64,
    limit: u32,
) -> rusqlite::Result<Vec<CollectionRow>> {
    transaction
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM collection WHERE changed_at > ?1 ORDER BY changed_at LIMIT ?2"
        ))?
        .query_map(params![after as i64, limit], collection_row)?
        .collect()
}

/// The rows of a list, in their order.
pub fn entries(
    transaction: &Transaction<'_>,
    id: CollectionId,
    request: &PageRequest,
) -> rusqlite::Result<Page<EntryRow>> {
    let conditions = ["collection_entry.collection = ?", "collection_entry.is_removed = 0"];
    let select = Select {
        columns: ENTRY_COLUMNS,
        from: Cow::Borrowed("collection_entry"),
        conditions: conditions.map(Cow::Borrowed).into(),
        values: vec![Value::Blob(id.uuid().as_bytes().to_vec())],
        by: BY_PLACE,
        place: Cow::Borrowed("collection_entry.place"),
        rank: Cow::Borrowed("collection_entry.place"),
        key: Cow::Borrowed("collection_entry.key"),
        descending: false,
    };
    select.page(transaction, request, entry_row, || select.count(transaction))
}

/// Which of these things their owner likes best.
pub fn favourites_among(transaction: &Transaction<'_>, things: &[Subject]) -> rusqlite::Result<Vec<Subject>> {
    let Some(list) = favourites(transaction)? else { return Ok(Vec::new()) };
    let marks = vec!["?"; things.len()].join(", ");
    let select = format!(
        "SELECT DISTINCT thing_kind, thing FROM collection_entry
         WHERE collection = ? AND thing IN ({marks}) AND is_removed = 0"
    );
    let values = [list.id.uuid()].into_iter().chain(things.iter().map(|thing| thing.id));
    let found = transaction
        .prepare(&select)?
        .query_map(params_from_iter(values.map(uuid::Uuid::into_bytes)), |row| {
            let kind: String = row.get("thing_kind")?;
            Ok(Subject::new(kind, sql::uuid(row, "thing")?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(found.into_iter().filter(|thing| things.contains(thing)).collect())
}
