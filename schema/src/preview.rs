//! Values of the concern `preview`: what is found at an address, before anything is followed.

use serde::{Deserialize, Serialize};

use crate::{PlaylistId, id::ids};

ids! {
    /// A preview of an address: of the same UUID as the playlist there, so that there is one for each address and project.
    PreviewId = "preview";
}

impl PreviewId {
    /// The preview at the address of a list.
    pub const fn at(list: PlaylistId) -> Self {
        Self::from_uuid(list.uuid())
    }

    /// The list at the address, whether it is followed or not.
    pub const fn list(self) -> PlaylistId {
        PlaylistId::from_uuid(self.uuid())
    }
}

/// The work of looking at one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewAddress {
    /// The preview.
    pub preview_id: PreviewId,
    /// The address.
    pub url: String,
}

/// What was found at an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What it is.
    pub kind: FoundKind,
    /// Its title; of a single item, that of the item.
    pub title: Option<String>,
    /// How many entries it has: as its source says, or since its end was seen. None if nobody knows.
    pub count: Option<u64>,
    /// Its first entries, [`Self::FIRST_MAX`] at most.
    pub first: Vec<FoundEntry>,
    /// The lists in it, [`Self::LISTS_MAX`] at most: the tabs of a channel. Not told until 2026-11-28.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<FoundList>,
}

impl Found {
    /// How many entries are told.
    pub const FIRST_MAX: usize = 5;
    /// How many of the lists in it are told: a channel has a handful of tabs.
    pub const LISTS_MAX: usize = 20;
    /// The longest title that is told, in bytes.
    pub const TITLE_BYTES_MAX: usize = 300;
}

/// What an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundKind {
    /// A single item.
    Single,
    /// A list: a playlist, a feed, a page with several media.
    List,
    /// A list of lists, as a channel with several tabs is.
    Nested,
}

/// An entry of what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundEntry {
    /// The title; none if the source gives none.
    pub title: Option<String>,
    /// The promised duration in milliseconds.
    pub duration_ms: Option<u64>,
}

/// A list in what was found, which can be followed by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundList {
    /// The title; none if the source gives none.
    pub title: Option<String>,
    /// Its address.
    pub url: String,
}
