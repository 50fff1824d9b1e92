use mediary_schema::{
    EntryId, ItemId, JobId, Ticket, Timestamp,
    cookies::SiteCookies,
    download::Quality,
    item::ItemSource,
    job::Failure,
    layout::Layout,
    playlist::{
        After, Availability, Filter, Keeping, LiveStatus, ObservedPlaylist, PlaylistKind, RefreshCounts,
        RefreshMode, Rule, UnreadableRow,
    },
    profile::ProfileName,
};
use serde::{Deserialize, Serialize};

use super::State;
use crate::{SUBJECTS_MAX, Subject, Subjects, asked::is_default};

/// What can have happened to a playlist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Somebody wants it followed.
    #[serde(rename = "follow_requested")]
    FollowRequested {
        /// Its canonical address.
        url: String,
    },
    /// It is followed no longer.
    #[serde(rename = "unfollowed")]
    Unfollowed {},
    /// A refresh showed what it is.
    #[serde(rename = "resolved")]
    Resolved {
        /// A list or a single item.
        kind: PlaylistKind,
        /// What the refresh learnt of the list itself.
        observed: ObservedPlaylist,
    },
    /// It has a new row.
    #[serde(rename = "entry_added")]
    EntryAdded {
        /// The row.
        entry_id: EntryId,
        /// Its item.
        item_id: ItemId,
        /// Where the item is to be had.
        source: ItemSource,
        /// The title, if one was seen.
        title: Option<String>,
        /// The promised duration in milliseconds.
        duration_ms: Option<u64>,
        /// Who may see it.
        availability: Availability,
        /// Whether it is a broadcast.
        live_status: LiveStatus,
        /// When it was published, if that was told.
        #[serde(default, skip_serializing_if = "is_default")]
        published_at: Option<Timestamp>,
        /// The row in front of it; none is the front.
        after: After,
    },
    /// A full refresh lacks the row, for the first time.
    #[serde(rename = "entry_not_seen")]
    EntryNotSeen {
        /// The row.
        entry_id: EntryId,
    },
    /// A second full refresh in a row lacks it, too.
    #[serde(rename = "entry_removed")]
    EntryRemoved {
        /// The row.
        entry_id: EntryId,
    },
    /// The row stands elsewhere.
    #[serde(rename = "entry_moved")]
    EntryMoved {
        /// The row.
        entry_id: EntryId,
        /// The row in front of it; none is the front.
        after: After,
    },
    /// The row has another title.
    #[serde(rename = "entry_renamed")]
    EntryRenamed {
        /// The row.
        entry_id: EntryId,
        /// The new title.
        title: String,
    },
    /// The row's item has another length or address: a feed moved.
    #[serde(rename = "entry_described")]
    EntryDescribed {
        /// The row.
        entry_id: EntryId,
        /// The promised duration in milliseconds.
        duration_ms: Option<u64>,
        /// Whether it is a broadcast, as before.
        live_status: LiveStatus,
        /// The address to fetch it from.
        url: String,
    },
    /// The row's broadcast went over into another state: it began, it ended, its recording is there.
    #[serde(rename = "entry_live_status_changed")]
    EntryLiveStatusChanged {
        /// The row.
        entry_id: EntryId,
        /// The promised duration in milliseconds, which is often told only now.
        duration_ms: Option<u64>,
        /// What it is now.
        live_status: LiveStatus,
        /// The address to fetch it from.
        url: String,
    },
    /// The row's item became private, deleted or otherwise unavailable, or can be had again; its title is kept.
    #[serde(rename = "entry_availability_changed")]
    EntryAvailabilityChanged {
        /// The row.
        entry_id: EntryId,
        /// Who may see it now.
        availability: Availability,
    },
    /// The row is in the list again.
    #[serde(rename = "entry_returned")]
    EntryReturned {
        /// The row.
        entry_id: EntryId,
        /// The row in front of it; none is the front.
        after: After,
    },
    /// A refresh came to its end. Without changes it is the only event of the refresh.
    #[serde(rename = "refresh_completed")]
    RefreshCompleted {
        /// The job that looked.
        job_id: JobId,
        /// How far it looked.
        mode: RefreshMode,
        /// How many rows it saw.
        observed: u32,
        /// How many rows could not be read: then it looked no further than an incremental one.
        unreadable: u32,
        /// The first of these, at most [`UnreadableRow::TOLD_MAX`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unreadable_rows: Vec<UnreadableRow>,
        /// What it changed.
        counts: RefreshCounts,
        /// Whether what was new stood in front, where that could be seen.
        newest_first: Option<bool>,
    },
    /// A refresh failed for good, or was cancelled; nothing else came of it.
    #[serde(rename = "refresh_failed")]
    RefreshFailed {
        /// The job that looked.
        job_id: JobId,
        /// What went wrong.
        failure: Failure,
    },
    /// Somebody wants entries kept.
    #[serde(rename = "downloads_requested")]
    DownloadsRequested {
        /// What is to be kept.
        quality: Quality,
        /// Which entries; none stands for all that are there, once the list was looked at.
        entries: Option<Vec<EntryId>>,
        /// Whether also what is kept already, or was once.
        again: bool,
        /// Which of all that are there.
        #[serde(default, skip_serializing_if = "is_default")]
        filter: Filter,
        /// When the turn of these downloads comes.
        #[serde(default, skip_serializing_if = "is_default")]
        ticket: Ticket,
    },
    /// Entries are not kept without being asked for, as a rule of the filter says.
    #[serde(rename = "entries_skipped")]
    EntriesSkipped {
        /// The rule: the first one that each of them breaks.
        rule: Rule,
        /// Which entries.
        entries: Vec<EntryId>,
    },
    /// From now on files of its entries are named so, and as for the library if it doesn't say how.
    #[serde(rename = "layout_changed")]
    LayoutChanged {
        /// How.
        layout: Option<Layout>,
    },
    /// From now on a file is made of each of its files that is kept, beside it.
    #[serde(rename = "transcoding_changed")]
    TranscodingChanged {
        /// By which profile; none makes nothing.
        profile: Option<ProfileName>,
    },
    /// From now on it and its entries are asked for with these cookies.
    #[serde(rename = "cookies_changed")]
    CookiesChanged {
        /// Which; none is without.
        cookies: Option<SiteCookies>,
    },
    /// From now on so much of it is kept without being asked for.
    #[serde(rename = "keeping_changed")]
    KeepingChanged {
        /// What; none is nothing.
        keeping: Option<Keeping>,
    },
    /// What was wanted so far is wanted no longer: what of it is not yet a job becomes none.
    #[serde(rename = "downloads_withdrawn")]
    DownloadsWithdrawn {},
}

impl Event {
    /// As many entries as a person names one by one. What is more takes turns as one: it doesn't keep others waiting.
    pub const FEW: usize = 10;
    /// How many entries one wish for downloads names: each of them is a subject of it. More are several wishes.
    pub const ENTRIES_MAX: usize = SUBJECTS_MAX;
    /// How many entries are skipped in one event, none of them a subject of it, where very many are.
    pub(super) const SKIPPED_MAX: usize = 1_000;

    pub(super) fn subjects(&self, before: &State) -> Subjects {
        match self {
            Self::EntryAdded { entry_id, item_id, .. } => {
                Subjects::of([Some((*entry_id).into()), Some((*item_id).into())])
            }
            Self::EntryNotSeen { entry_id }
            | Self::EntryRemoved { entry_id }
            | Self::EntryMoved { entry_id, .. }
            | Self::EntryRenamed { entry_id, .. }
            | Self::EntryDescribed { entry_id, .. }
            | Self::EntryLiveStatusChanged { entry_id, .. }
            | Self::EntryAvailabilityChanged { entry_id, .. }
            | Self::EntryReturned { entry_id, .. } => {
                Subjects::of([Some((*entry_id).into()), before.item_of(*entry_id).map(Subject::from)])
            }
            Self::RefreshCompleted { job_id, .. } | Self::RefreshFailed { job_id, .. } => {
                Subjects::of([Some((*job_id).into())])
            }
            Self::DownloadsRequested { entries, .. } => named(entries.as_deref().unwrap_or_default()),
            // Very many are told at once, and not each by its name.
            Self::EntriesSkipped { entries, .. } if entries.len() > Self::ENTRIES_MAX => Subjects::none(),
            Self::EntriesSkipped { entries, .. } => named(entries),
            Self::CookiesChanged { cookies } => {
                Subjects::of([cookies.as_ref().map(|cookies| cookies.secret_id.into())])
            }
            Self::FollowRequested { .. }
            | Self::Unfollowed {}
            | Self::Resolved { .. }
            | Self::KeepingChanged { .. }
            | Self::LayoutChanged { .. }
            | Self::TranscodingChanged { .. }
            | Self::DownloadsWithdrawn {} => Subjects::none(),
        }
    }
}

/// The first of these entries.
fn named(entries: &[EntryId]) -> Subjects {
    let mut entries = entries.iter().copied().map(Subject::from);
    Subjects::of([(); Event::ENTRIES_MAX].map(|()| entries.next()))
}

impl Event {
    /// The same without addresses and titles.
    pub(super) fn redacted(&self) -> Self {
        let mut event = self.clone();
        match &mut event {
            Self::FollowRequested { url }
            | Self::EntryDescribed { url, .. }
            | Self::EntryLiveStatusChanged { url, .. } => url.clear(),
            Self::RefreshCompleted { unreadable_rows, .. } => unreadable_rows.clear(),
            Self::Resolved { observed, .. } => {
                observed.title = None;
                observed.source_id = None;
            }
            Self::EntryAdded { source, title, .. } => {
                *source = source.redacted();
                *title = None;
            }
            Self::EntryRenamed { title, .. } => title.clear(),
            Self::DownloadsRequested { ticket, filter, .. } => {
                *ticket = ticket.redacted();
                *filter = filter.redacted();
            }
            // Without the words of a rule nobody knows what is to be skipped: nothing more is kept then.
            Self::KeepingChanged { keeping } => *keeping = keeping.take().and_then(Keeping::redacted),
            Self::LayoutChanged { layout } => *layout = layout.as_ref().map(Layout::redacted),
            Self::EntriesSkipped { rule, entries } if rule.has_words() => {
                *rule = Rule::redacted();
                entries.clear();
            }
            Self::RefreshFailed { failure, .. } => *failure = failure.redacted(),
            Self::Unfollowed {}
            | Self::EntryNotSeen { .. }
            | Self::EntryRemoved { .. }
            | Self::EntryMoved { .. }
            | Self::EntryAvailabilityChanged { .. }
            | Self::EntryReturned { .. }
            | Self::EntriesSkipped { .. }
            | Self::CookiesChanged { .. }
            | Self::TranscodingChanged { .. }
            | Self::DownloadsWithdrawn {} => {}
        }
        event
    }
}
