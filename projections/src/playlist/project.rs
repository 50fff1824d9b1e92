use mediary_events::{
    codec::events_of,
    playlist::{Event, Playlist},
};
use mediary_log::Recorded;
use mediary_schema::{
    EntryId, ItemId,
    item::ItemSource,
    playlist::{After, Availability, LiveStatus},
};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::query::EntryStatus;
use crate::{
    runner::{project, stamp},
    sql::to_json,
    view::ApplyError,
};

/// The distance of two rows that nothing was put between.
const RANK_STEP: i64 = 1 << 40;
/// The distance at most of a row that is put between two others from the left one: a refresh tells new rows
/// in their order, each behind the one before, and so a million of them find room between two.
const RANK_STEP_BETWEEN: i64 = 1 << 20;

pub(super) fn apply(transaction: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
    events_of::<Playlist>(recorded)?.into_iter().try_for_each(|event| fold(transaction, recorded, event))
}

fn fold(transaction: &Transaction<'_>, recorded: &Recorded, event: Event) -> Result<(), ApplyError> {
    let (position, at) = stamp(recorded);
    let id = recorded.envelope.stream.uuid;
    let fold = Fold { transaction, project: project(recorded), id: *id.as_bytes(), position, at };
    match event {
        Event::FollowRequested { url } => fold.follow(&url),
        Event::Unfollowed {} => fold.set("followed = 0", params![]),
        Event::Resolved { kind, observed } => fold.set(
            "kind = ?3, title = ?4, extractor = ?5, source_id = ?6",
            params![to_json(&kind)?, observed.title, observed.extractor, observed.source_id],
        ),
        Event::EntryAdded {
            entry_id,
            item_id,
            source,
            title,
            duration_ms,
            availability,
            live_status,
            after,
        } => {
            let entry = NewEntry { entry_id, item_id, source, title, duration_ms, availability, live_status };
            fold.add(&entry, after)
        }
        Event::EntryNotSeen { entry_id } => fold.set_status(entry_id, EntryStatus::NotSeen),
        Event::EntryRemoved { entry_id } => fold.set_status(entry_id, EntryStatus::Removed),
        Event::EntryMoved { entry_id, after } => fold.place(entry_id, after),
        Event::EntryRenamed { entry_id, title } => fold.set_entry(entry_id, "title = ?3", params![title]),
        Event::EntryDescribed { entry_id, duration_ms, live_status, url }
        | Event::EntryLiveStatusChanged { entry_id, duration_ms, live_status, url } => fold.set_entry(
            entry_id,
            "duration_ms = ?3, live_status = ?4, url = ?5",
            params![duration_ms.map(|duration| duration as i64), to_json(&live_status)?, url],
        ),
        Event::EntryAvailabilityChanged { entry_id, availability } => {
            fold.set_entry(entry_id, "availability = ?3", params![to_json(&availability)?])
        }
        Event::EntryReturned { entry_id, after } => fold.bring_back(entry_id, after),
        Event::RefreshCompleted { job_id, counts, unreadable, unreadable_rows, .. } => {
            let outcome = match unreadable {
                0 if counts.is_unchanged() => "unchanged",
                0 => "changed",
                // Rows are missing: nobody is to take it for the whole list.
                _ => "partial",
            };
            fold.look(outcome, job_id.uuid(), Some(&to_json(&counts)?), None)?;
            fold.set(
                "refresh_unreadable = ?3, refresh_unreadable_rows = ?4",
                params![unreadable, to_json(&unreadable_rows)?],
            )
        }
        Event::RefreshFailed { job_id, failure } => {
            let outcome = if failure.partial > 0 { "partial" } else { "failed" };
            fold.look(outcome, job_id.uuid(), None, Some(&to_json(&failure)?))
        }
        // Each download tells of itself.
        Event::DownloadsRequested { .. } | Event::DownloadsWithdrawn {} => Ok(()),
    }
}

struct NewEntry {
    entry_id: EntryId,
    item_id: ItemId,
    source: ItemSource,
    title: Option<String>,
    duration_ms: Option<u64>,
    availability: Availability,
    live_status: LiveStatus,
}

/// One event being folded into the rows of one playlist.
struct Fold<'a> {
    transaction: &'a Transaction<'a>,
    project: [u8; 16],
    id: [u8; 16],
    position: i64,
    at: i64,
}

impl Fold<'_> {
    fn follow(&self, url: &str) -> Result<(), ApplyError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO playlist (id, project, url, followed, followed_at, changed_at)
                 VALUES (?1, ?2, ?3, 1, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET followed = 1, changed_at = excluded.changed_at",
            )?
            .execute(params![self.id, self.project, url, self.at, self.position])?;
        Ok(())
    }

    /// Sets columns of the playlist; `?1` and `?2` are taken.
    fn set(&self, columns: &str, values: &[&dyn rusqlite::ToSql]) -> Result<(), ApplyError> {
        let sql = format!("UPDATE playlist SET {columns}, changed_at = ?2 WHERE id = ?1");
        let mut all: Vec<&dyn rusqlite::ToSql> = vec![&self.id, &self.position];
        all.extend(values);
        self.transaction.prepare_cached(&sql)?.execute(all.as_slice())?;
        Ok(())
    }

    /// Sets columns of an entry; `?1` and `?2` are taken.
    fn set_entry(
        &self,
        entry_id: EntryId,
        columns: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<(), ApplyError> {
        let sql = format!("UPDATE entry SET {columns}, changed_at = ?2 WHERE id = ?1");
        let id = *entry_id.uuid().as_bytes();
        let mut all: Vec<&dyn rusqlite::ToSql> = vec![&id, &self.position];
        all.extend(values);
        self.transaction.prepare_cached(&sql)?.execute(all.as_slice())?;
        Ok(())
    }

    fn look(
        &self,
        outcome: &str,
        job_id: uuid::Uuid,
        counts: Option<&str>,
        failure: Option<&str>,
    ) -> Result<(), ApplyError> {
        self.set(
            "refreshed_at = ?3, refresh_outcome = ?4, refresh_job_id = ?5, refresh_counts = ?6, refresh_failure = ?7,
             refresh_unreadable = 0, refresh_unreadable_rows = '[]'",
            params![self.at, outcome, job_id.as_bytes(), counts, failure],
        )
    }

    fn key(&self) -> Result<Option<i64>, ApplyError> {
        let mut select = self.transaction.prepare_cached("SELECT key FROM playlist WHERE id = ?1")?;
        Ok(select.query_row([self.id], |row| row.get(0)).optional()?)
    }

    fn add(&self, entry: &NewEntry, after: After) -> Result<(), ApplyError> {
        let Some(playlist_key) = self.key()? else { return Ok(()) };
        let rank = self.rank(playlist_key, after)?;
        let NewEntry { entry_id, item_id, source, title, duration_ms, availability, live_status } = entry;
        self.transaction
            .prepare_cached(
                "INSERT INTO entry (id, playlist_key, rank, item_id, extractor, source_id, url, title, duration_ms,
                     availability, live_status, status, added_at, changed_at, project)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?
            .execute(params![
                entry_id.uuid().as_bytes(),
                playlist_key,
                rank,
                item_id.uuid().as_bytes(),
                source.extractor,
                source.source_id,
                source.url,
                title,
                duration_ms.map(|duration| duration as i64),
                to_json(availability)?,
                to_json(live_status)?,
                EntryStatus::Present.name(),
                self.at,
                self.position,
                self.project,
            ])?;
        self.count(1)
    }

    fn set_status(&self, entry_id: EntryId, status: EntryStatus) -> Result<(), ApplyError> {
        let was_present = self.status(entry_id)? == Some(EntryStatus::Present);
        self.set_entry(entry_id, "status = ?3", params![status.name()])?;
        if was_present { self.count(-1) } else { Ok(()) }
    }

    fn bring_back(&self, entry_id: EntryId, after: After) -> Result<(), ApplyError> {
        let before = self.status(entry_id)?;
        if before == Some(EntryStatus::Removed) {
            self.place(entry_id, after)?;
        }
        self.set_entry(entry_id, "status = ?3", params![EntryStatus::Present.name()])?;
        if before == Some(EntryStatus::Present) { Ok(()) } else { self.count(1) }
    }

    fn place(&self, entry_id: EntryId, after: After) -> Result<(), ApplyError> {
        let Some(playlist_key) = self.key()? else { return Ok(()) };
        let rank = self.rank(playlist_key, after)?;
        self.set_entry(entry_id, "rank = ?3", params![rank])
    }

    fn status(&self, entry_id: EntryId) -> Result<Option<EntryStatus>, ApplyError> {
        let mut select = self.transaction.prepare_cached("SELECT status FROM entry WHERE id = ?1")?;
        let name =
            select.query_row([entry_id.uuid().as_bytes()], |row| row.get::<_, String>(0)).optional()?;
        Ok(name.as_deref().and_then(EntryStatus::of_name))
    }

    fn count(&self, step: i64) -> Result<(), ApplyError> {
        self.set("entry_count = entry_count + ?3", params![step])
    }

    /// A rank right behind a row, or in front of all; spreads the list's ranks anew where there is no room.
    fn rank(&self, playlist_key: i64, after: After) -> Result<i64, ApplyError> {
        if let Some(rank) = self.room(playlist_key, after)? {
            return Ok(rank);
        }
        self.transaction.execute(
            "UPDATE entry SET rank = spread.rank FROM (
                 SELECT key, row_number() OVER (ORDER BY rank, key) * ?2 AS rank FROM entry WHERE playlist_key = ?1
             ) AS spread WHERE entry.key = spread.key",
            params![playlist_key, RANK_STEP],
        )?;
        Ok(self.room(playlist_key, after)?.expect("ranks that were just spread have room between them"))
    }

    fn room(&self, playlist_key: i64, after: After) -> Result<Option<i64>, ApplyError> {
        let left = match after {
            None => None,
            Some(neighbour) => self.behind(playlist_key, neighbour)?,
        };
        let right: Option<i64> = self
            .transaction
            .prepare_cached("SELECT min(rank) FROM entry WHERE playlist_key = ?1 AND rank > ?2")?
            .query_row(params![playlist_key, left.unwrap_or(i64::MIN)], |row| row.get(0))?;
        Ok(match (left, right) {
            (None, None) => Some(0),
            (None, Some(right)) => right.checked_sub(RANK_STEP),
            (Some(left), None) => left.checked_add(RANK_STEP),
            (Some(left), Some(right)) => {
                let step = ((right - left) / 2).min(RANK_STEP_BETWEEN);
                (step > 0).then_some(left + step)
            }
        })
    }

    /// The rank of a neighbour; that of the last row if the neighbour is gone, as the decider has it.
    fn behind(&self, playlist_key: i64, neighbour: EntryId) -> Result<Option<i64>, ApplyError> {
        let mut select = self.transaction.prepare_cached(
            "SELECT coalesce((SELECT rank FROM entry WHERE id = ?1 AND status <> 'removed'),
                 (SELECT max(rank) FROM entry WHERE playlist_key = ?2))",
        )?;
        Ok(select.query_row(params![neighbour.uuid().as_bytes(), playlist_key], |row| row.get(0))?)
    }
}
