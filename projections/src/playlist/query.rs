mod account;
mod entries;
mod row;
mod unlisted;

pub use account::{Cell, Here, Standing, account, account_entries, gone};
pub use entries::{EntryFilter, changed_entries, entries, entries_by_id, entry, entry_number};
use mediary_schema::PlaylistId;
pub use row::{EntryRow, EntryStatus, PlaylistRow, RefreshOutcome};
use row::{PLAYLIST_COLUMNS, playlist_row};
use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::{
    counted,
    named::Called,
    page::{Page, PageRequest},
    rows::Words,
    sql,
};

/// Playlists, by title and address.
pub const CALLED: Called = Called::new("playlist", "id", "title", "url");
/// Entries, by title and address.
pub const ENTRY_CALLED: Called = Called::new("entry", "id", "title", "url");

/// What playlists are in the numbers.
pub(super) const COUNTED: &str = "playlist";

/// Where a playlist is shown; entries are counted by that, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Among the lists.
    Listed,
    /// A single item, in "Unlisted".
    Unlisted,
    /// Nowhere: nobody follows it any more.
    Nowhere,
}

impl Words for Shown {
    fn word(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Unlisted => "unlisted",
            Self::Nowhere => "nowhere",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::Listed, Self::Unlisted, Self::Nowhere].into_iter().find(|shown| shown.word() == word)
    }
}

/// The lists that are followed, oldest first, all or those with a text in title or address; single items are in
/// "Unlisted".
pub fn playlists(
    transaction: &Transaction<'_>,
    search: Option<&str>,
    request: PageRequest,
) -> rusqlite::Result<Page<PlaylistRow>> {
    // As the index says it, or it would be of no use.
    const LISTED: &str = "followed = 1 AND kind IS NOT '\"single\"'";
    let after = request.after.map_or(0, |cursor| cursor.key);
    let found = search.map_or_else(|| "?1 IS NULL".to_owned(), |_| sql::has(&["title", "url"], "?1"));
    let pattern = search.map(sql::containing);
    let rows = transaction
        .prepare_cached(&format!(
            "SELECT {PLAYLIST_COLUMNS} FROM playlist WHERE {LISTED} AND {found} AND key > ?2 ORDER BY key LIMIT ?3"
        ))?
        .query_map(params![pattern, after, request.limit()], playlist_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Page::new(rows, request, || {
        if pattern.is_none() {
            return counted::number(transaction, Some(COUNTED), Some(Shown::Listed.word()));
        }
        let statement = format!("SELECT count(*) FROM playlist WHERE {LISTED} AND {found}");
        sql::count(transaction, &statement, [&pattern])
    })
}

/// One playlist; "Unlisted" is made of the single items that are followed.
pub fn playlist(transaction: &Transaction<'_>, id: PlaylistId) -> rusqlite::Result<Option<PlaylistRow>> {
    if id == PlaylistId::UNLISTED {
        return unlisted::playlist(transaction).map(Some);
    }
    let row = transaction
        .prepare_cached(&format!("SELECT {PLAYLIST_COLUMNS} FROM playlist WHERE id = ?1"))?
        .query_row([id.uuid().as_bytes()], playlist_row)
        .optional()?;
    Ok(row.map(|(_, row)| row))
}

/// Playlists that were touched after a position, in that order.
pub fn changed_playlists(
    transaction: &Transaction<'_>,
    after: u64,
    limit: u32,
) -> rusqlite::Result<Vec<PlaylistRow>> {
    transaction
        .prepare_cached(&format!(
            "SELECT {PLAYLIST_COLUMNS} FROM playlist WHERE changed_at > ?1 ORDER BY changed_at LIMIT ?2"
        ))?
        .query_map(params![after as i64, limit], playlist_row)?
        .map(|row| row.map(|(_, row)| row))
        .collect()
}
