//! The rows of playlists and their entries.

use super::super::query::{COUNTED, EntryStatus, RefreshOutcome, Shown};
use crate::{
    counted::{Counted, Tally},
    rows::{Id, Word, Words as _, row},
};

row! {
    pub(super) struct List of "playlist" {
        stays { project: Id, url: String, followed_at: i64, }
        changes {
            followed: bool,
            kind: Option<String>,
            title: Option<String>,
            extractor: Option<String>,
            source_id: Option<String>,
            refreshed_at: Option<i64>,
            refresh_outcome: Option<Word<RefreshOutcome>>,
            refresh_job_id: Option<Id>,
            refresh_counts: Option<String>,
            refresh_failure: Option<String>,
            refresh_unreadable: u32,
            refresh_unreadable_rows: String,
            entry_count: i64,
            not_seen_count: i64,
            removed_count: i64,
            keeping: Option<String>,
            cookies: Option<String>,
            layout: Option<String>,
            transcoding: Option<String>,
            spreads: i64,
            changed_at: i64,
        }
    }
}

impl List {
    pub(super) fn shown(&self) -> Shown {
        if !self.followed {
            Shown::Nowhere
        } else if self.kind.as_deref() == Some(SINGLE) {
            Shown::Unlisted
        } else {
            Shown::Listed
        }
    }

    /// How many entries there are of a status.
    pub(super) const fn number(&mut self, status: EntryStatus) -> &mut i64 {
        match status {
            EntryStatus::Present => &mut self.entry_count,
            EntryStatus::NotSeen => &mut self.not_seen_count,
            EntryStatus::Removed => &mut self.removed_count,
        }
    }
}

impl Counted for List {
    fn count(&self, tally: &mut Tally<'_>) {
        let shown = self.shown().word();
        tally.add(self.project, COUNTED, shown, 1);
        tally.add(self.project, EntryStatus::Present.word(), shown, self.entry_count);
        tally.add(self.project, EntryStatus::NotSeen.word(), shown, self.not_seen_count);
        tally.add(self.project, EntryStatus::Removed.word(), shown, self.removed_count);
    }
}

row! {
    pub(super) struct Entry of "entry" {
        stays {
            project: Id,
            playlist_key: i64,
            item_id: Id,
            extractor: String,
            source_id: String,
            added_at: i64,
            published_at: Option<i64>,
        }
        changes {
            rank: i64,
            url: String,
            title: Option<String>,
            duration_ms: Option<i64>,
            availability: String,
            live_status: String,
            status: Word<EntryStatus>,
            skipped_by: Option<String>,
            changed_at: i64,
        }
    }
}

impl Counted for Entry {
    /// Its list has the numbers.
    fn count(&self, _: &mut Tally<'_>) {}
}

/// The kind of a playlist that is a single item, as JSON.
const SINGLE: &str = "\"single\"";
/// A list of rows without one, as JSON.
pub(super) const NO_ROWS: &str = "[]";
