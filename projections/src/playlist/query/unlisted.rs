//! "Unlisted": single items that are followed, shown as the entries of one list (LI-02).

use mediary_schema::{PlaylistId, Timestamp, playlist::PlaylistKind};
use rusqlite::{OptionalExtension as _, Transaction};

use super::{
    Shown,
    entries::OfList,
    row::{EntryStatus, PlaylistRow},
};
use crate::{counted, rows::Words as _};

/// Its entries: those of every single item, in the order in which these were followed first.
pub(super) const OF_LIST: OfList = OfList {
    // As the index says it, or it would be of no use.
    condition: "playlist.followed = 1 AND playlist.kind = '\"single\"'",
    place: "playlist.key",
};

/// The list itself.
pub(super) fn playlist(transaction: &Transaction<'_>) -> rusqlite::Result<PlaylistRow> {
    let changed_at: Option<i64> = transaction
        .prepare_cached(
            "SELECT changed_at FROM playlist WHERE followed = 1 AND kind = '\"single\"' AND changed_at > 0
             ORDER BY changed_at DESC LIMIT 1",
        )?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(PlaylistRow {
        id: PlaylistId::UNLISTED,
        url: String::new(),
        followed: true,
        followed_at: Timestamp::default(),
        kind: Some(PlaylistKind::List),
        title: Some("Unlisted".to_owned()),
        extractor: None,
        refreshed_at: None,
        refresh_outcome: None,
        refresh_job_id: None,
        refresh_counts: None,
        refresh_failure: None,
        refresh_unreadable: 0,
        refresh_unreadable_rows: Vec::new(),
        entry_count: of_status(transaction, EntryStatus::Present)?,
        not_seen_count: of_status(transaction, EntryStatus::NotSeen)?,
        keeping: None,
        cookies: None,
        layout: None,
        transcoding: None,
        changed_at: changed_at.unwrap_or_default() as u64,
    })
}

/// How many entries it has that are in it so.
pub(super) fn of_status(transaction: &Transaction<'_>, status: EntryStatus) -> rusqlite::Result<u64> {
    counted::number(transaction, Some(status.word()), Some(Shown::Unlisted.word()))
}
