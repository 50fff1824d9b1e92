//! Values of the concern `download`.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{EntryId, ItemId, PlaylistId, item::ItemSource};

/// A named choice of formats, frozen into the job that uses it (DL-01).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quality {
    /// The name people use: `best`, `1080p`, `720p`, `audio`.
    pub name: String,
    /// The version of the definition; raised when the definition changes.
    pub version: u16,
    /// The choice in yt-dlp's format language.
    pub format: String,
    /// The greatest height in pixels that fits; none if unlimited or without picture.
    pub height_max: Option<u32>,
    /// Whether the file has no picture.
    #[serde(default)]
    pub audio_only: bool,
}

/// The answer to a name that is not a quality.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a quality; choose one of {}", Quality::NAMES.join(", "))]
pub struct UnknownQuality {
    name: String,
}

impl Quality {
    /// The names of the built-in qualities.
    pub const NAMES: [&'static str; 4] = ["best", "1080p", "720p", "audio"];

    /// The best that the source offers.
    pub fn best() -> Self {
        // `bv*+ba/b`: the best picture with the best sound, else the best single file. Sources
        // with sound only are covered by `b`, which yt-dlp extends to audio files.
        Self {
            name: "best".to_owned(),
            version: 1,
            format: "bv*+ba/b".to_owned(),
            height_max: None,
            audio_only: false,
        }
    }

    fn up_to(name: &str, height: u32) -> Self {
        let format = format!("bv*[height<={height}]+ba/b[height<={height}]/b[height<=?{height}]");
        Self { name: name.to_owned(), version: 1, format, height_max: Some(height), audio_only: false }
    }
}

impl FromStr for Quality {
    type Err = UnknownQuality;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "best" => Ok(Self::best()),
            "1080p" => Ok(Self::up_to(name, 1080)),
            "720p" => Ok(Self::up_to(name, 720)),
            "audio" => Ok(Self {
                name: name.to_owned(),
                version: 1,
                format: "ba/b".to_owned(),
                height_max: None,
                audio_only: true,
            }),
            _ => Err(UnknownQuality { name: name.to_owned() }),
        }
    }
}

/// The row of a list that a download was asked for, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRef {
    /// The playlist.
    pub playlist_id: PlaylistId,
    /// Its row.
    pub entry_id: EntryId,
}

/// The work of keeping one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadItem {
    /// The item.
    pub item_id: ItemId,
    /// Where it is to be had.
    pub source: ItemSource,
    /// What is to be kept.
    pub quality: Quality,
    /// Its title as far as known when it was asked for.
    pub title: Option<String>,
    /// The promised duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// The folder below the library: the playlist's title as far as known.
    pub folder: Option<String>,
    /// The row that it was asked for.
    pub entry: Option<EntryRef>,
}
