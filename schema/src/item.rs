//! An item: a piece of media at its source, identified by (extractor, id).

use serde::{Deserialize, Serialize};

use crate::ItemId;

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
    /// The item's id.
    pub fn item_id(&self) -> ItemId {
        ItemId::from_source(&self.extractor, &self.source_id)
    }
}
