//! An item: a piece of media at its source, identified by (extractor, id).

use serde::{Deserialize, Serialize};

/// Where an item is to be had.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ItemSource {
    /// The extractor's key in lower case, as yt-dlp's archive writes it (`youtube`).
    pub extractor: String,
    /// The id that the extractor gives.
    pub source_id: String,
    /// The address to fetch it from.
    pub url: String,
}

impl ItemSource {
    /// The extractor of what is read without knowing its site: feeds, and media files by their address.
    pub const GENERIC: &'static str = "generic";

    /// Whether both are one item as far as extractor and id can tell: the address may change.
    pub fn is_same(&self, other: &Self) -> bool {
        self.extractor == other.extractor && self.source_id == other.source_id
    }

    /// The same without what says which item it is.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self { extractor: self.extractor.clone(), source_id: String::new(), url: String::new() }
    }
}

/// Within what the id of an item is one of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdScope {
    /// The site gives it to one item only, whichever list shows that.
    #[default]
    Source,
    /// Its feed gave it: other feeds count 1, 2, 3, too.
    List,
}
