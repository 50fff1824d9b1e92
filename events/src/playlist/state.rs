use std::collections::{BTreeMap, HashMap, HashSet};

use mediary_schema::{
    EntryId, ItemId, Ticket, Timestamp,
    cookies::SiteCookies,
    download::Quality,
    item::ItemSource,
    layout::Layout,
    playlist::{
        After, Availability, Keeping, LiveStatus, ObservedPlaylist, PlaylistKind, RefreshCounts, RefreshMode,
    },
    profile::ProfileName,
};

use super::{Event, Rows};

/// A row as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The row.
    pub entry_id: EntryId,
    /// Its item.
    pub item_id: ItemId,
    /// Where the item is to be had.
    pub source: ItemSource,
    /// The last title seen that was no placeholder.
    pub title: Option<String>,
    /// The promised duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// Who may see it.
    pub availability: Availability,
    /// Whether it is a broadcast.
    pub live_status: LiveStatus,
    /// When it was published, if that was told.
    pub published_at: Option<Timestamp>,
    /// Whether the last full refresh had it.
    pub seen: bool,
}

/// What is to be kept of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What of each entry.
    pub quality: Quality,
    /// Whether also what is kept already, or was once.
    pub again: bool,
    /// When its turn comes.
    pub ticket: Ticket,
}

/// What a playlist turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// A list or a single item.
    pub kind: PlaylistKind,
    /// What the refresh learnt of the list itself.
    pub observed: ObservedPlaylist,
}

/// A playlist as its events tell it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// Its canonical address; none if it was never followed.
    pub url: Option<String>,
    /// Whether it is followed now.
    pub followed: bool,
    /// What it turned out to be, once a refresh came to its end.
    pub resolved: Option<Resolved>,
    /// Its rows in their order, those included that the last full refresh lacked.
    pub rows: Rows,
    /// Rows that were removed, the one that is longest gone first.
    pub removed: Rows,
    /// Whether a refresh ever came to its end.
    pub listed: bool,
    /// Whether new entries stand in front, as far as it was seen.
    pub newest_first: Option<bool>,
    /// Incremental looks since the last full one.
    pub incremental_since_full: u32,
    /// What was changed since the last refresh that came to its end.
    pub unsettled: RefreshCounts,
    /// Wishes for downloads that wait for the first refresh.
    pub awaiting_refresh: Vec<Wish>,
    /// How often something of it was wanted.
    pub wishes: u32,
    /// How many of these wishes, the first ones, were taken back.
    pub withdrawn: u32,
    /// With which cookies it and its entries are asked for.
    pub cookies: Option<SiteCookies>,
    /// Whether that was said of it; if not, it is asked for as its site is.
    pub says_cookies: bool,
    /// How files of its entries are named; none is as for the library.
    pub layout: Option<Layout>,
    /// By which profile a file is made of each of its files that is kept; none makes nothing.
    pub transcoding: Option<ProfileName>,
    /// What of it is kept without being asked for; none is nothing.
    pub keeping: Option<Keeping>,
    /// Rows that are to be kept without being asked for, once a refresh ends that found them to be had.
    pub(super) unasked: Vec<EntryId>,
    /// Rows that are skipped, each with the place of its rule in the filter in force.
    pub(super) skipped: BTreeMap<EntryId, u8>,
    /// Rows found absent since the last full refresh that came to its end.
    newly_absent: HashSet<EntryId>,
}

/// A full refresh is due after this many incremental ones (LI-07).
const INCREMENTAL_RUN_MAX: u32 = 10;

impl State {
    /// The list's title, if a refresh told one.
    pub fn title(&self) -> Option<&str> {
        self.resolved.as_ref()?.observed.title.as_deref()
    }

    /// How far the next refresh goes unless somebody wants it full.
    pub fn next_mode(&self) -> RefreshMode {
        let front_only = self.newest_first == Some(true) && self.rows.iter().all(|row| row.seen);
        if front_only && self.incremental_since_full < INCREMENTAL_RUN_MAX {
            RefreshMode::Incremental
        } else {
            RefreshMode::Full
        }
    }

    /// Whether the list has or had the row.
    pub fn knows(&self, entry_id: EntryId) -> bool {
        self.rows.contains(entry_id) || self.removed.contains(entry_id)
    }

    /// The item of a row that the list has or had.
    pub fn item_of(&self, entry_id: EntryId) -> Option<ItemId> {
        self.rows.get(entry_id).or_else(|| self.removed.get(entry_id)).map(|row| row.item_id)
    }

    /// Whether an earlier refresh, which came to its end, lacked the row too. A refresh that was killed while it
    /// was recorded and goes on is still the same look (LI-05).
    pub(super) fn was_absent(&self, row: &Row) -> bool {
        !row.seen && !self.newly_absent.contains(&row.entry_id)
    }

    /// How many rows the list ever had of each item.
    pub(super) fn occurrences(&self) -> HashMap<ItemId, u32> {
        let mut occurrences = HashMap::with_capacity(self.rows.len());
        for row in self.rows.iter().chain(self.removed.iter()) {
            *occurrences.entry(row.item_id).or_insert(0) += 1;
        }
        occurrences
    }

    /// About how many bytes of memory it takes: nearly all of it are its rows.
    pub(super) fn bytes(&self) -> usize {
        let absent = self.newly_absent.capacity() * (size_of::<EntryId>() + 1);
        let unasked = self.unasked.capacity() * size_of::<EntryId>();
        let skipped = self.skipped.len() * size_of::<(EntryId, u8)>() * 2;
        size_of_val(self) + self.rows.bytes() + self.removed.bytes() + absent + unasked + skipped
    }

    pub(super) fn evolve(&mut self, event: &Event) {
        self.count(event);
        match event {
            Event::FollowRequested { url } => {
                self.url = Some(url.clone());
                self.followed = true;
            }
            Event::Unfollowed {} => {
                self.followed = false;
                self.awaiting_refresh.clear();
                self.turn_keeping(None);
                (self.cookies, self.says_cookies) = (None, false);
                (self.layout, self.transcoding) = (None, None);
            }
            Event::Resolved { kind, observed } => {
                self.resolved = Some(Resolved { kind: *kind, observed: observed.clone() });
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
                let row = Row {
                    entry_id: *entry_id,
                    item_id: *item_id,
                    source: source.clone(),
                    title: title.clone(),
                    duration_ms: *duration_ms,
                    availability: *availability,
                    live_status: *live_status,
                    published_at: *published_at,
                    seen: true,
                };
                self.removed.take(*entry_id);
                self.rows.insert(row, *after);
                if self.keeping.is_some() {
                    self.unasked.push(*entry_id);
                }
            }
            Event::EntryNotSeen { entry_id } => {
                self.newly_absent.insert(*entry_id);
                self.rows.change(*entry_id, |row| row.seen = false);
            }
            Event::EntryRemoved { entry_id } => {
                if let Some(row) = self.rows.take(*entry_id) {
                    self.removed.push(row);
                }
            }
            Event::EntryMoved { entry_id, after } => {
                if let Some(row) = self.rows.take(*entry_id) {
                    self.rows.insert(row, *after);
                }
            }
            Event::EntryRenamed { entry_id, title } => {
                self.rows.change(*entry_id, |row| row.title = Some(title.clone()));
                self.reconsider(*entry_id);
            }
            Event::EntryDescribed { entry_id, duration_ms, live_status, url }
            | Event::EntryLiveStatusChanged { entry_id, duration_ms, live_status, url } => {
                self.rows.change(*entry_id, |row| {
                    (row.duration_ms, row.live_status) = (*duration_ms, *live_status);
                    row.source.url.clone_from(url);
                });
                self.reconsider(*entry_id);
            }
            Event::EntryAvailabilityChanged { entry_id, availability } => {
                self.rows.change(*entry_id, |row| row.availability = *availability);
            }
            Event::EntryReturned { entry_id, after } => self.bring_back(*entry_id, *after),
            Event::RefreshCompleted { mode, newest_first, .. } => {
                self.settle_unasked();
                self.listed = true;
                // Only a look at all of the list says that what it lacks is absent a second time.
                if *mode == RefreshMode::Full {
                    self.newly_absent.clear();
                }
                self.newest_first = newest_first.or(self.newest_first);
                self.incremental_since_full = match mode {
                    RefreshMode::Full => 0,
                    RefreshMode::Incremental => self.incremental_since_full + 1,
                };
            }
            Event::RefreshFailed { .. } => {}
            Event::KeepingChanged { keeping } => self.turn_keeping(keeping.as_ref()),
            Event::CookiesChanged { cookies } => (self.cookies, self.says_cookies) = (*cookies, true),
            Event::LayoutChanged { layout } => self.layout.clone_from(layout),
            Event::TranscodingChanged { profile } => self.transcoding.clone_from(profile),
            Event::EntriesSkipped { rule, entries } => self.skip(rule, entries),
            Event::DownloadsWithdrawn {} => {
                self.withdrawn = self.wishes;
                self.awaiting_refresh.clear();
            }
            Event::DownloadsRequested { quality, entries, again, ticket, .. } => {
                self.wishes += 1;
                for entry_id in entries.iter().flatten() {
                    self.skipped.remove(entry_id);
                }
                let waits = |wish: &&mut Wish| wish.quality.wish() == quality.wish();
                if self.listed {
                    self.awaiting_refresh.clear();
                } else if let Some(wish) = self.awaiting_refresh.iter_mut().find(waits) {
                    wish.again |= *again;
                    // Said last is meant.
                    wish.ticket = ticket.clone();
                } else {
                    let (quality, ticket) = (quality.clone(), ticket.clone());
                    self.awaiting_refresh.push(Wish { quality, again: *again, ticket });
                }
            }
        }
    }

    fn count(&mut self, event: &Event) {
        let counts = &mut self.unsettled;
        match event {
            Event::EntryAdded { .. } => counts.added += 1,
            Event::EntryNotSeen { .. } => counts.not_seen += 1,
            Event::EntryRemoved { .. } => counts.removed += 1,
            Event::EntryMoved { .. } => counts.moved += 1,
            Event::EntryRenamed { .. } => counts.renamed += 1,
            Event::EntryDescribed { .. } | Event::EntryLiveStatusChanged { .. } => counts.described += 1,
            Event::EntryAvailabilityChanged { availability, .. } if availability.is_available() => {
                counts.available += 1;
            }
            Event::EntryAvailabilityChanged { .. } => counts.unavailable += 1,
            Event::EntryReturned { .. } => counts.returned += 1,
            Event::RefreshCompleted { .. } => *counts = RefreshCounts::default(),
            Event::FollowRequested { .. }
            | Event::Unfollowed {}
            | Event::Resolved { .. }
            | Event::RefreshFailed { .. }
            | Event::DownloadsRequested { .. }
            | Event::KeepingChanged { .. }
            | Event::EntriesSkipped { .. }
            | Event::CookiesChanged { .. }
            | Event::LayoutChanged { .. }
            | Event::TranscodingChanged { .. }
            | Event::DownloadsWithdrawn {} => {}
        }
    }

    fn bring_back(&mut self, entry_id: EntryId, after: After) {
        if let Some(row) = self.removed.take(entry_id) {
            self.rows.insert(row, after);
        }
        self.rows.change(entry_id, |row| row.seen = true);
    }
}
