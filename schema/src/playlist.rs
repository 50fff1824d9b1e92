//! Values of the concern `playlist`.

mod filter;

use serde::{Deserialize, Serialize};

pub use self::filter::{EntryFacts, EntryKind, Filter, Judge, Limit, Rule, RuleRefused};
use crate::{
    Ticket, Timestamp,
    account::{Permission, Role},
    bounded,
    download::Quality,
    id::ids,
    item::{IdScope, ItemSource},
};

ids! {
    /// A followed remote list: derived from the project and the address.
    PlaylistId = "playlist";
    /// A row of a playlist: derived from the playlist, the item and which row of it that is.
    EntryId = "entry";
}

impl PlaylistId {
    /// The built-in list of single videos (LI-02): what a project sees there is its own.
    pub const UNLISTED: Self =
        Self::from_uuid(uuid::Uuid::from_u128(0x756e_6c69_7374_8000_8000_0000_0000_0000));
}

impl Permission {
    /// Follow and unfollow playlists.
    pub const FOLLOW: Self = Self::within_project("follow", Role::Editor, "to follow playlists");
}

/// What is asked for: which entries of a followed list are kept without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Those that a refresh finds from now on.
    New,
    /// All that are there, too.
    All,
    /// None: whatever is wanted is asked for.
    Nothing,
}

/// Which entries of a followed list are kept without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptEntries {
    /// Those that a refresh found since that was said.
    New,
    /// All.
    All,
}

/// What of a followed list is kept without being asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeping {
    /// Which entries.
    pub entries: KeptEntries,
    /// What of each.
    pub quality: Quality,
    /// Which of them.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub filter: Filter,
    /// When the turn of each comes, and under which names its job is found.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub ticket: Ticket,
}

impl Keeping {
    /// The same without words of people, if it means the same without them.
    #[must_use]
    pub fn redacted(self) -> Option<Self> {
        // Without the words of a rule nobody knows what is to be skipped.
        let is_clear = !self.filter.has_words();
        is_clear.then(|| Self { ticket: self.ticket.redacted(), ..self })
    }
}

impl Keep {
    /// Which entries that are, if any.
    pub const fn entries(self) -> Option<KeptEntries> {
        match self {
            Self::New => Some(KeptEntries::New),
            Self::All => Some(KeptEntries::All),
            Self::Nothing => None,
        }
    }

    /// What was asked for, of what is kept.
    pub fn of(keeping: Option<&Keeping>) -> Self {
        match keeping.map(|keeping| keeping.entries) {
            Some(KeptEntries::New) => Self::New,
            Some(KeptEntries::All) => Self::All,
            None => Self::Nothing,
        }
    }
}

/// What an address turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaylistKind {
    /// A list of entries.
    List,
    /// A single item; its entry is in the list "Unlisted".
    Single,
}

/// Who may see an item at its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Nothing is known against it.
    #[default]
    Available,
    /// Private to its owner.
    Private,
    /// Deleted at the source.
    Deleted,
    /// For members, subscribers or payers.
    MembersOnly,
    /// Needs a sign-in.
    NeedsLogin,
    /// There, but can't be had for another reason.
    Unavailable,
}

impl Availability {
    /// Whether it can be fetched without more.
    pub const fn is_available(self) -> bool {
        matches!(self, Self::Available)
    }
}

/// Whether an item is a live broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveStatus {
    /// An ordinary recording.
    #[default]
    NotLive,
    /// Announced.
    Upcoming,
    /// Being broadcast.
    Live,
    /// Broadcast, and being made into a recording by the site: what can be had of it is a torso.
    PostLive,
    /// The recording of a broadcast.
    WasLive,
}

impl LiveStatus {
    /// Whether there is a whole recording, or never was a broadcast: it can be kept now.
    pub const fn is_over(self) -> bool {
        match self {
            Self::NotLive | Self::WasLive => true,
            Self::Upcoming | Self::Live | Self::PostLive => false,
        }
    }
}

/// One row of a list as one refresh saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedEntry {
    /// Its place, from 1: the source's own index, never counted from lines (LI-05); in a list of lists, where each
    /// counts from 1 again, counted over all of them.
    pub index: u32,
    /// Where the item is to be had.
    pub source: ItemSource,
    /// Within what its id is one of a kind.
    #[serde(default)]
    pub id_scope: IdScope,
    /// The title; none if the source gives none or a placeholder such as `[Private video]`.
    pub title: Option<String>,
    /// The promised duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// Who may see it.
    #[serde(default)]
    pub availability: Availability,
    /// Whether it is a broadcast.
    #[serde(default)]
    pub live_status: LiveStatus,
    /// When it was published, if that was told.
    #[serde(default)]
    pub published_at: Option<Timestamp>,
}

/// What one refresh learnt of the list itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ObservedPlaylist {
    /// The list's title.
    pub title: Option<String>,
    /// The extractor's key in lower case.
    pub extractor: Option<String>,
    /// The id that the extractor gives to the list.
    pub source_id: Option<String>,
}

/// A row that is in a list and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadableRow {
    /// Its place, from 1, if that could be read.
    pub index: Option<u32>,
    /// Why not, in one sentence.
    pub reason: String,
}

impl UnreadableRow {
    /// How many of them are told: the first ones. That there are more, their count says.
    pub const TOLD_MAX: usize = 20;
    /// Of a reason, in bytes: twenty of them fit into an event many times over.
    const REASON_BYTES_MAX: usize = 500;

    /// A row, with a reason no longer than an event may hold it.
    pub fn new(index: Option<u32>, reason: impl Into<String>) -> Self {
        Self { index, reason: bounded::cut(reason.into(), Self::REASON_BYTES_MAX) }
    }
}

/// How much of a list a refresh covers (LI-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshMode {
    /// To the end.
    Full,
    /// To the end of the first page that is fully known; for lists known to be newest-first.
    Incremental,
}

/// The work of one refresh of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshPlaylist {
    /// The playlist.
    pub playlist_id: PlaylistId,
    /// Its canonical address.
    pub url: String,
    /// How far to look.
    pub mode: RefreshMode,
    /// Rows a page; the unit of staging, of appending and of the incremental stop.
    pub page_size: u32,
}

impl RefreshPlaylist {
    /// Rows a page unless configured otherwise (LI-03).
    pub const PAGE_SIZE: u32 = 50;

    /// The key by which two refreshes of one list are one job.
    pub fn key(playlist_id: PlaylistId) -> String {
        format!("list/{playlist_id}")
    }
}

/// How many entries a refresh changed, by kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RefreshCounts {
    /// New rows.
    pub added: u32,
    /// Rows that a first full refresh lacks.
    pub not_seen: u32,
    /// Rows that a second full refresh lacks, too.
    pub removed: u32,
    /// Rows outside the longest run that kept its order.
    pub moved: u32,
    /// Rows with another title.
    pub renamed: u32,
    /// Rows with another length, live state or address.
    pub described: u32,
    /// Rows that became private, deleted or otherwise unavailable.
    pub unavailable: u32,
    /// Rows that can be had again.
    pub available: u32,
    /// Rows that are in the list again.
    pub returned: u32,
}

impl RefreshCounts {
    /// Whether the refresh changed nothing: "checked, nothing new".
    pub fn is_unchanged(&self) -> bool {
        *self == Self::default()
    }
}

/// The place of an entry: after which row; none is the front.
pub type After = Option<EntryId>;
