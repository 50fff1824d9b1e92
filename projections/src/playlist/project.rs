mod keeping;
mod ranks;
mod tables;

use mediary_events::{
    codec::events_of,
    playlist::{Event, Playlist},
};
use mediary_log::Recorded;
use mediary_schema::{
    EntryId, ItemId, JobId, Timestamp,
    item::ItemSource,
    playlist::{After, Availability, LiveStatus},
};
use ranks::Ranks;
use rusqlite::Transaction;
use tables::{Entry, List, NO_ROWS};
use uuid::Uuid;

use super::query::{EntryStatus, RefreshOutcome, Shown};
use crate::{
    changed::Changed,
    rows::{Id, Row as _, Table, Word},
    sql::to_json,
    view::{ApplyError, Stamp},
};

/// What a batch touches of playlists and their entries.
#[derive(Debug, Default)]
pub(super) struct Playlists {
    lists: Table<List>,
    entries: Table<Entry>,
    ranks: Ranks,
    /// Entries that were changed, each with its list.
    changed: Vec<Changed>,
}

/// What is told of an entry that is new.
struct NewEntry {
    entry_id: EntryId,
    item_id: ItemId,
    source: ItemSource,
    title: Option<String>,
    duration_ms: Option<u64>,
    availability: Availability,
    live_status: LiveStatus,
    published_at: Option<Timestamp>,
}

impl Playlists {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let stamp = Stamp::of(recorded);
        let mut fold = Fold { rows: self, file, stamp };
        events_of::<Playlist>(recorded)?.into_iter().try_for_each(|event| fold.fold(event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.lists.write(file)?;
        self.entries.write(file)?;
        self.ranks.forget();
        Ok(())
    }

    pub(super) fn changed(&mut self) -> Vec<Changed> {
        // The table knows no list of them.
        self.entries.changed();
        let mut changed = self.lists.changed();
        changed.append(&mut self.changed);
        changed
    }
}

/// One event being folded into the rows of one playlist.
struct Fold<'a> {
    rows: &'a mut Playlists,
    file: &'a Transaction<'a>,
    stamp: Stamp,
}

impl Fold<'_> {
    fn fold(&mut self, event: Event) -> Result<(), ApplyError> {
        match event {
            Event::FollowRequested { url } => self.follow(url),
            Event::Unfollowed {} => self.unfollow(),
            Event::Resolved { kind, observed } => {
                let kind = to_json(&kind)?;
                self.show(|list| {
                    list.kind = Some(kind);
                    list.title = observed.title;
                    list.extractor = observed.extractor;
                    list.source_id = observed.source_id;
                })
            }
            Event::EntryAdded {
                entry_id,
                item_id,
                source,
                title,
                duration_ms,
                availability,
                live_status,
                published_at,
                after,
            } => {
                let entry = NewEntry {
                    entry_id,
                    item_id,
                    source,
                    title,
                    duration_ms,
                    availability,
                    live_status,
                    published_at,
                };
                self.add(entry, after)
            }
            Event::EntryNotSeen { entry_id } => self.set_status(entry_id, EntryStatus::NotSeen),
            Event::EntryRemoved { entry_id } => self.set_status(entry_id, EntryStatus::Removed),
            Event::EntryMoved { entry_id, after } => self.place(entry_id, after),
            Event::EntryRenamed { entry_id, title } => {
                self.entry(entry_id, |entry| entry.title = Some(title))
            }
            Event::EntryDescribed { entry_id, duration_ms, live_status, url }
            | Event::EntryLiveStatusChanged { entry_id, duration_ms, live_status, url } => {
                let live_status = to_json(&live_status)?;
                self.entry(entry_id, |entry| {
                    entry.duration_ms = duration_ms.map(|duration| duration as i64);
                    entry.live_status = live_status;
                    entry.url = url;
                })
            }
            Event::EntryAvailabilityChanged { entry_id, availability } => {
                let availability = to_json(&availability)?;
                self.entry(entry_id, |entry| entry.availability = availability)
            }
            Event::EntryReturned { entry_id, after } => self.bring_back(entry_id, after),
            Event::RefreshCompleted { job_id, counts, unreadable, unreadable_rows, .. } => {
                let outcome = match unreadable {
                    0 if counts.is_unchanged() => RefreshOutcome::Unchanged,
                    0 => RefreshOutcome::Changed,
                    // Rows are missing: nobody is to take it for the whole list.
                    _ => RefreshOutcome::Partial,
                };
                let (counts, rows) = (to_json(&counts)?, to_json(&unreadable_rows)?);
                self.looked(outcome, job_id, |list| {
                    list.refresh_counts = Some(counts);
                    list.refresh_failure = None;
                    list.refresh_unreadable = unreadable;
                    list.refresh_unreadable_rows = rows;
                })
            }
            Event::RefreshFailed { job_id, failure } => {
                let outcome =
                    if failure.partial > 0 { RefreshOutcome::Partial } else { RefreshOutcome::Failed };
                let failure = to_json(&failure)?;
                self.looked(outcome, job_id, |list| {
                    list.refresh_counts = None;
                    list.refresh_failure = Some(failure);
                    list.refresh_unreadable = 0;
                    NO_ROWS.clone_into(&mut list.refresh_unreadable_rows);
                })
            }
            Event::KeepingChanged { keeping } => self.keep(keeping.as_ref()),
            Event::CookiesChanged { cookies } => self.use_cookies(cookies.as_ref()),
            Event::LayoutChanged { layout } => self.lay_out(layout.as_ref()),
            Event::TranscodingChanged { profile } => {
                self.list(|list| list.transcoding = profile.map(String::from))
            }
            Event::EntriesSkipped { rule, entries } => self.skip(&rule, entries),
            Event::DownloadsRequested { entries, .. } => self.want(entries),
            // Each download tells of itself.
            Event::DownloadsWithdrawn {} => Ok(()),
        }
    }

    fn follow(&mut self, url: String) -> Result<(), ApplyError> {
        let Stamp { id, project, position, at } = self.stamp;
        if self.key()?.is_some() {
            return self.show(|list| list.followed = true);
        }
        let make = |key| List {
            key,
            id,
            project,
            url,
            followed_at: at,
            followed: true,
            kind: None,
            title: None,
            extractor: None,
            source_id: None,
            refreshed_at: None,
            refresh_outcome: None,
            refresh_job_id: None,
            refresh_counts: None,
            refresh_failure: None,
            refresh_unreadable: 0,
            refresh_unreadable_rows: NO_ROWS.to_owned(),
            entry_count: 0,
            not_seen_count: 0,
            removed_count: 0,
            keeping: None,
            cookies: None,
            layout: None,
            transcoding: None,
            spreads: 0,
            changed_at: position,
        };
        Ok(self.rows.lists.insert(self.file, make).map(drop)?)
    }

    /// Changes the playlist, if it is known.
    fn list(&mut self, change: impl FnOnce(&mut List)) -> Result<(), ApplyError> {
        if let Some(list) = self.rows.lists.change(self.file, self.stamp.id)? {
            change(list);
            list.changed_at = self.stamp.position;
        }
        Ok(())
    }

    /// Changes where the playlist is shown. The entries of a single item that is in "Unlisted" from now on are news there.
    fn show(&mut self, change: impl FnOnce(&mut List)) -> Result<(), ApplyError> {
        let mut key = None;
        self.list(|list| {
            let before = list.shown();
            change(list);
            key = (before != Shown::Unlisted && list.shown() == Shown::Unlisted).then_some(list.key);
        })?;
        let Some(key) = key else { return Ok(()) };
        let entries = self.entries_of("SELECT id FROM entry WHERE playlist_key = ?1", key)?;
        entries.into_iter().try_for_each(|entry_id| self.entry(entry_id, |_| {}))
    }

    /// Entries of a list, as the file says once it has all that is known of them.
    fn entries_of(&mut self, query: &str, playlist_key: i64) -> Result<Vec<EntryId>, ApplyError> {
        // A list that is new in this batch comes first: its entries refer to it.
        self.rows.lists.write(self.file)?;
        self.rows.entries.write(self.file)?;
        self.rows.ranks.forget();
        let entries: Vec<Id> = self
            .file
            .prepare_cached(query)?
            .query_map([playlist_key], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(entries.into_iter().map(|id| EntryId::from_uuid(Uuid::from_bytes(id))).collect())
    }

    /// Changes an entry, if it is known.
    fn entry(&mut self, entry_id: EntryId, change: impl FnOnce(&mut Entry)) -> Result<(), ApplyError> {
        if let Some(entry) = self.rows.entries.change(self.file, *entry_id.uuid().as_bytes())? {
            change(entry);
            entry.changed_at = self.stamp.position;
            self.tell(entry_id);
        }
        Ok(())
    }

    /// Tells of an entry that the event changes.
    fn tell(&mut self, entry_id: EntryId) {
        let Stamp { id, position, .. } = self.stamp;
        let (list, position) = (Uuid::from_bytes(id), position as u64);
        self.rows.changed.push(Changed {
            table: Entry::TABLE,
            of: Some(list),
            id: entry_id.uuid(),
            position,
        });
    }

    fn looked(
        &mut self,
        outcome: RefreshOutcome,
        job_id: JobId,
        change: impl FnOnce(&mut List),
    ) -> Result<(), ApplyError> {
        let at = self.stamp.at;
        self.list(|list| {
            list.refreshed_at = Some(at);
            list.refresh_outcome = Some(Word(outcome));
            list.refresh_job_id = Some(*job_id.uuid().as_bytes());
            change(list);
        })
    }

    fn key(&mut self) -> Result<Option<i64>, ApplyError> {
        Ok(self.rows.lists.find(self.file, self.stamp.id)?.map(|list| list.key))
    }

    fn add(&mut self, entry: NewEntry, after: After) -> Result<(), ApplyError> {
        let Some(playlist_key) = self.key()? else { return Ok(()) };
        let rank = self.rank(playlist_key, after)?;
        let NewEntry {
            entry_id,
            item_id,
            source,
            title,
            duration_ms,
            availability,
            live_status,
            published_at,
        } = entry;
        let (availability, live_status) = (to_json(&availability)?, to_json(&live_status)?);
        let Stamp { project, position, at, .. } = self.stamp;
        self.rows.entries.insert(self.file, |key| Entry {
            key,
            id: *entry_id.uuid().as_bytes(),
            project,
            playlist_key,
            item_id: *item_id.uuid().as_bytes(),
            extractor: source.extractor,
            source_id: source.source_id,
            added_at: at,
            rank,
            url: source.url,
            title,
            duration_ms: duration_ms.map(|duration| duration as i64),
            availability,
            live_status,
            published_at: published_at.map(Timestamp::as_micros),
            skipped_by: None,
            status: Word(EntryStatus::Present),
            changed_at: position,
        })?;
        self.rows.ranks.add(playlist_key, rank);
        self.tell(entry_id);
        self.list(|list| list.entry_count += 1)
    }

    fn set_status(&mut self, entry_id: EntryId, status: EntryStatus) -> Result<(), ApplyError> {
        let Some(before) = self.status(entry_id)? else { return Ok(()) };
        self.entry(entry_id, |entry| entry.status = Word(status))?;
        let Stamp { id, position, .. } = self.stamp;
        if let Some(list) = self.rows.lists.change(self.file, id)? {
            *list.number(before) -= 1;
            *list.number(status) += 1;
            // It is another list to whoever looks at it if another number of entries is there.
            if (before == EntryStatus::Present) != (status == EntryStatus::Present) {
                list.changed_at = position;
            }
        }
        Ok(())
    }

    fn bring_back(&mut self, entry_id: EntryId, after: After) -> Result<(), ApplyError> {
        if self.status(entry_id)? == Some(EntryStatus::Removed) {
            self.place(entry_id, after)?;
        }
        self.set_status(entry_id, EntryStatus::Present)
    }

    fn status(&mut self, entry_id: EntryId) -> Result<Option<EntryStatus>, ApplyError> {
        let entry = self.rows.entries.find(self.file, *entry_id.uuid().as_bytes())?;
        Ok(entry.map(|entry| entry.status.0))
    }

    fn place(&mut self, entry_id: EntryId, after: After) -> Result<(), ApplyError> {
        let Some(playlist_key) = self.key()? else { return Ok(()) };
        let rank = self.rank(playlist_key, after)?;
        let id = *entry_id.uuid().as_bytes();
        let Some(entry) = self.rows.entries.change(self.file, id)? else { return Ok(()) };
        let before = std::mem::replace(&mut entry.rank, rank);
        entry.changed_at = self.stamp.position;
        self.tell(entry_id);
        if self.rows.entries.is_new(id) {
            self.rows.ranks.remove(playlist_key, before);
            self.rows.ranks.add(playlist_key, rank);
        } else {
            self.rows.entries.write_one(self.file, id)?;
            self.rows.ranks.file_changed(playlist_key);
        }
        Ok(())
    }
}
