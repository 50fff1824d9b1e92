//! The entries of a list.

use std::borrow::Cow;

use mediary_schema::{EntryId, PlaylistId, playlist::Availability};
use rusqlite::{OptionalExtension as _, Row, Transaction, params, params_from_iter, types::Value};

use super::{
    row::{ENTRY_COLUMNS, EntryRow, EntryStatus, entry_row},
    unlisted,
};
use crate::{
    listing::{By, Order, OrderField, Select, keys_of_few},
    page::{Cursor, Page, PageRequest, Rank},
    rows::Words as _,
    search::{self, Sought},
    sql,
};

/// The playlist first: SQLite takes the tables of a cross join in their order.
pub(super) const OF_PLAYLIST: &str = "playlist CROSS JOIN entry ON entry.playlist_key = playlist.key";

/// The entries of one list: which, and by what they have their place in it.
pub(super) struct OfList {
    pub(super) condition: &'static str,
    pub(super) place: &'static str,
}

/// The entries of a playlist, or of those that are shown as one.
pub(super) fn of_list(playlist_id: PlaylistId) -> OfList {
    if playlist_id == PlaylistId::UNLISTED {
        return unlisted::OF_LIST;
    }
    OfList { condition: "playlist.id = ?", place: "entry.rank" }
}

/// The value for the mark in the condition on a list.
pub(super) fn id_of_list(playlist_id: PlaylistId) -> Vec<Value> {
    let is_one = playlist_id != PlaylistId::UNLISTED;
    is_one.then(|| Value::Blob(playlist_id.uuid().as_bytes().to_vec())).into_iter().collect()
}

/// What entries can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryField {
    /// Where they are in their list.
    Place,
    /// When something of them changed last.
    ChangedAt,
}

impl OrderField for EntryField {
    const DEFAULT: Order<Self> = Order { field: Self::Place, descending: false };

    fn by(self) -> By {
        match self {
            Self::Place => By::text("place", "rank"),
            Self::ChangedAt => By::CHANGED,
        }
    }
}

/// Which entries of a playlist are asked for, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct EntryFilter {
    /// The order.
    pub order: Order<EntryField>,
    /// Also those that are gone.
    pub removed: bool,
    /// That are so in their list.
    pub status: Option<EntryStatus>,
    /// That may be seen by these.
    pub availability: Option<Availability>,
    /// With these words in title or address.
    pub search: Option<String>,
}

impl EntryFilter {
    fn conditions(&self) -> Conditions {
        let Self { order: _, removed, status, availability, search } = self;
        let mut conditions = Conditions { sought: Sought::of(search.as_deref()), ..Conditions::default() };
        if let Some(status) = status {
            conditions.add("entry.status = ?", [Value::Text(status.word().to_owned())]);
        } else if !removed {
            conditions.add("entry.status <> 'removed'", []);
        }
        if let Some(availability) = availability {
            // The name of one of a closed set is its JSON.
            let name = serde_json::to_string(availability).unwrap_or_default();
            conditions.add("entry.availability = ?", [Value::Text(name)]);
        }
        conditions
    }

    /// Which of them are asked for by how they are in their list, if by nothing else: how many these are is known.
    fn known(&self) -> Option<Vec<EntryStatus>> {
        let Self { order: _, removed, status, availability, search } = self;
        let is_known = availability.is_none() && search.is_none();
        is_known.then(|| match status {
            Some(status) => vec![*status],
            None if *removed => EntryStatus::ALL.to_vec(),
            None => vec![EntryStatus::Present, EntryStatus::NotSeen],
        })
    }
}

/// What rows of a list are picked by.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    sought: Sought,
    all: Vec<Cow<'static, str>>,
    values: Vec<Value>,
}

impl Conditions {
    pub(super) fn add(
        &mut self,
        condition: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = Value>,
    ) {
        self.all.push(condition.into());
        self.values.extend(values);
    }
}

/// The entries of a playlist, in its order unless said otherwise.
pub fn entries(
    transaction: &Transaction<'_>,
    playlist_id: PlaylistId,
    filter: &EntryFilter,
    request: &PageRequest,
) -> rusqlite::Result<Page<EntryRow>> {
    let rows =
        Picked { list: playlist_id, order: filter.order, conditions: filter.conditions(), told: "NULL" };
    match filter.known() {
        Some(known) => {
            rows.page(transaction, request, entry_row, |_| number(transaction, playlist_id, &known))
        }
        None => rows.page(transaction, request, entry_row, |list| list.count(transaction)),
    }
}

/// How many entries there are that are in their list in one of these ways, which is known.
fn number(
    transaction: &Transaction<'_>,
    playlist_id: PlaylistId,
    known: &[EntryStatus],
) -> rusqlite::Result<u64> {
    if playlist_id == PlaylistId::UNLISTED {
        return known.iter().map(|status| unlisted::of_status(transaction, *status)).sum();
    }
    let is_asked = |status| known.contains(&status);
    let number = transaction
        .prepare_cached(
            "SELECT iif(?2, entry_count, 0) + iif(?3, not_seen_count, 0) + iif(?4, removed_count, 0)
             FROM playlist WHERE id = ?1",
        )?
        .query_row(
            params![
                playlist_id.uuid().as_bytes(),
                is_asked(EntryStatus::Present),
                is_asked(EntryStatus::NotSeen),
                is_asked(EntryStatus::Removed)
            ],
            |row| row.get::<_, i64>(0),
        )
        .optional()?;
    Ok(number.unwrap_or_default() as u64)
}

/// Rows of a list, with one more column, `told`.
pub(super) struct Picked {
    pub(super) list: PlaylistId,
    pub(super) order: Order<EntryField>,
    pub(super) conditions: Conditions,
    pub(super) told: &'static str,
}

impl Picked {
    /// A page of them; how many rows there are in all is asked if it is to be said. To count them is to look at every row of
    /// the list.
    pub(super) fn page<T>(
        self,
        transaction: &Transaction<'_>,
        request: &PageRequest,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        total: impl FnOnce(&Select<'_>) -> rusqlite::Result<u64>,
    ) -> rusqlite::Result<Page<T>> {
        let Self { list, order, conditions, told } = self;
        let OfList { condition, place } = of_list(list);
        let mut request = request.clone();
        let (place, rank) = match order.field {
            EntryField::Place => {
                for cursor in [&mut request.after, &mut request.before].into_iter().flatten() {
                    cursor.rank = place_now(transaction, list, cursor)?;
                }
                (Said::by(place), place)
            }
            EntryField::ChangedAt => ("entry.changed_at".to_owned(), "entry.changed_at"),
        };
        let (mut from, mut all) = (Cow::Borrowed(OF_PLAYLIST), vec![Cow::Borrowed(condition)]);
        let mut values = Vec::new();
        let of_list = id_of_list(list);
        match conditions.sought {
            Sought::Anything => {}
            Sought::Nothing => all.push("0".into()),
            // Those that are found lead, and are sorted.
            Sought::Words(words) => {
                from = format!(
                    "{} CROSS JOIN entry ON entry.key = found.place CROSS JOIN playlist ON playlist.key = entry.playlist_key",
                    search::found("entry")
                )
                .into();
                let keys = keys_of_few(transaction, "entry.key", OF_PLAYLIST, &all, of_list.clone())?;
                values.extend(search::found_by(words, keys));
            }
        }
        all.extend(conditions.all);
        values.extend(of_list);
        values.extend(conditions.values);
        let select = Select {
            columns: &format!("{ENTRY_COLUMNS}, {told} AS told"),
            from,
            conditions: all,
            values,
            by: order.field.by(),
            place: place.into(),
            rank: rank.into(),
            key: "entry.key".into(),
            descending: order.descending,
        };
        select.page(transaction, &request, read, || total(&select))
    }
}

/// Where a cursor is by now: at the rank that its row had, whatever became of that, unless all ranks were given anew since;
/// then where its row is.
fn place_now(
    transaction: &Transaction<'_>,
    playlist_id: PlaylistId,
    cursor: &Cursor,
) -> rusqlite::Result<Rank> {
    let OfList { condition, place, .. } = of_list(playlist_id);
    let mut values = vec![Value::Integer(cursor.key)];
    values.extend(id_of_list(playlist_id));
    let now: Option<(i64, i64)> = transaction
        .prepare_cached(&format!(
            "SELECT {place}, playlist.spreads FROM entry JOIN playlist ON playlist.key = entry.playlist_key
             WHERE entry.key = ? AND {condition}"
        ))?
        .query_row(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let said = Said::of(&cursor.rank);
    let rank = match (now, said) {
        (Some((_, spreads)), Some(said)) if said.spreads == spreads => said.rank,
        (Some((rank, _)), _) => rank,
        (None, said) => said.map_or(0, |said| said.rank),
    };
    Ok(Rank::Number(rank))
}

/// What a cursor says of the place of an entry.
struct Said {
    rank: i64,
    /// How often the ranks of its list had been given anew.
    spreads: i64,
}

impl Said {
    /// In SQL.
    fn by(place: &str) -> String {
        format!("{place} || '/' || playlist.spreads")
    }

    fn of(rank: &Rank) -> Option<Self> {
        let Rank::Text(text) = rank else { return None };
        let (rank, spreads) = text.split_once('/')?;
        Some(Self { rank: rank.parse().ok()?, spreads: spreads.parse().ok()? })
    }
}

/// One entry.
pub fn entry(transaction: &Transaction<'_>, id: EntryId) -> rusqlite::Result<Option<EntryRow>> {
    Ok(entries_by_id(transaction, &[id])?.pop())
}

/// Entries by their ids, in no order; those that are not there are left out.
pub fn entries_by_id(transaction: &Transaction<'_>, ids: &[EntryId]) -> rusqlite::Result<Vec<EntryRow>> {
    let select = format!(
        "SELECT {ENTRY_COLUMNS} FROM entry JOIN playlist ON playlist.key = entry.playlist_key WHERE entry.id"
    );
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), entry_row)
}

/// The entries of all lists that were seen last, the newest first.
pub fn newest_entries(transaction: &Transaction<'_>, limit: u32) -> rusqlite::Result<Vec<EntryRow>> {
    let select = format!(
        "SELECT {ENTRY_COLUMNS} FROM entry JOIN playlist ON playlist.key = entry.playlist_key
         WHERE entry.status <> 'removed' AND playlist.followed = 1 ORDER BY entry.key DESC LIMIT ?1"
    );
    transaction.prepare_cached(&select)?.query_map([limit], entry_row)?.collect()
}

/// The place of an entry in its list, from 1; none if it is not there any more.
pub fn entry_number(transaction: &Transaction<'_>, id: EntryId) -> rusqlite::Result<Option<u64>> {
    transaction
        .prepare_cached(
            "SELECT (SELECT count(*) FROM entry AS other
                     WHERE other.playlist_key = entry.playlist_key AND other.status <> 'removed'
                       AND (other.rank, other.key) <= (entry.rank, entry.key))
             FROM entry WHERE id = ?1 AND status <> 'removed'",
        )?
        .query_row([id.uuid().as_bytes()], |row| row.get::<_, i64>(0).map(|number| number as u64))
        .optional()
}

/// Entries of a playlist that were touched after a position, in that order.
pub fn changed_entries(
    transaction: &Transaction<'_>,
    playlist_id: PlaylistId,
    after: u64,
    limit: u32,
) -> rusqlite::Result<Vec<EntryRow>> {
    let OfList { condition, .. } = of_list(playlist_id);
    let mut values = id_of_list(playlist_id);
    values.extend([Value::Integer(after as i64), Value::Integer(limit.into())]);
    transaction
        .prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS} FROM {OF_PLAYLIST}
             WHERE {condition} AND entry.changed_at > ? ORDER BY entry.changed_at LIMIT ?"
        ))?
        .query_map(params_from_iter(values), entry_row)?
        .collect()
}
