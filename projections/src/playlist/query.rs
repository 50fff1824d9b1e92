mod account;
mod entries;
mod row;
mod unlisted;

pub use account::{Cell, Here, Standing, account, account_entries, gone};
pub use entries::{
    EntryField, EntryFilter, changed_entries, entries, entries_by_id, entry, entry_number, newest_entries,
};
use mediary_schema::PlaylistId;
pub use row::{EntryRow, EntryStatus, PlaylistRow, RefreshOutcome};
use row::{PLAYLIST_COLUMNS, playlist_row};
use rusqlite::{Transaction, params};

use crate::{
    listing::{By, Listing, Order, OrderField},
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

/// What playlists can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaylistField {
    /// When they were followed first.
    FollowedAt,
    /// When something of them changed last.
    ChangedAt,
    /// Their titles; an address where there is none.
    Title,
}

impl OrderField for PlaylistField {
    const DEFAULT: Order<Self> = Order { field: Self::FollowedAt, descending: false };

    fn by(self) -> By {
        match self {
            Self::FollowedAt => By::KEY,
            Self::ChangedAt => By::CHANGED,
            Self::Title => By::text("title", "name"),
        }
    }
}

/// Which playlists are asked for, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaylistFilter {
    /// The order.
    pub order: Order<PlaylistField>,
    /// Whose last refresh went so.
    pub refresh_outcome: Option<RefreshOutcome>,
    /// With these words in title or address.
    pub search: Option<String>,
}

impl PlaylistFilter {
    fn listing(&self) -> Listing {
        // As the indexes say it, or they would be of no use.
        const LISTED: &str = "playlist.followed = 1 AND playlist.kind IS NOT '\"single\"'";
        let Self { order, refresh_outcome, search } = self;
        let mut list =
            Listing::of("playlist", PLAYLIST_COLUMNS, *order).counted(COUNTED, Some(Shown::Listed.word()));
        list.equal("refresh_outcome", refresh_outcome.map(|outcome| outcome.word().to_owned()));
        list.only(LISTED);
        list.search(search.as_deref());
        list
    }
}

/// The lists that are followed, oldest first unless said otherwise; single items are in "Unlisted".
pub fn playlists(
    transaction: &Transaction<'_>,
    filter: &PlaylistFilter,
    request: &PageRequest,
) -> rusqlite::Result<Page<PlaylistRow>> {
    filter.listing().page(transaction, request, playlist_row)
}

/// One playlist; "Unlisted" is made of the single items that are followed.
pub fn playlist(transaction: &Transaction<'_>, id: PlaylistId) -> rusqlite::Result<Option<PlaylistRow>> {
    Ok(playlists_by_id(transaction, &[id])?.pop())
}

/// Playlists by their ids, in no order; those that are not there are left out.
pub fn playlists_by_id(
    transaction: &Transaction<'_>,
    ids: &[PlaylistId],
) -> rusqlite::Result<Vec<PlaylistRow>> {
    let select = format!("SELECT {PLAYLIST_COLUMNS} FROM playlist WHERE id");
    let mut found = sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), playlist_row)?;
    if ids.contains(&PlaylistId::UNLISTED) {
        found.push(unlisted::playlist(transaction)?);
    }
    Ok(found)
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
        .collect()
}
