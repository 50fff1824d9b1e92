//! Values of the concern `download`.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    EntryId, ItemId, PlaylistId,
    account::{Permission, Role},
    id::ids,
    item::ItemSource,
};

ids! {
    /// The keeping of one item for one wish: derived from both, and so one per project.
    DownloadId = "download";
}

impl Permission {
    /// Start downloads.
    pub const DOWNLOAD: Self = Self::within_project("download", Role::Editor, "to start downloads");
}

/// A named choice of formats, frozen into the job that uses it (DL-01).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quality {
    /// The name people use: `best`, `1080p`, `720p`, `audio`.
    pub name: String,
    /// The version of the definition; raised when the definition changes.
    pub version: u16,
    /// The choice in yt-dlp's format language.
    pub format: String,
    /// The most lines that fit: what [`lines`](crate::file::lines) counts. None if unlimited or without picture.
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

    /// What somebody wants who asks for it.
    pub const fn wish(&self) -> Wish {
        if self.audio_only { Wish::Audio } else { Wish::Video { height_max: self.height_max } }
    }

    /// The best picture with so many lines at most. yt-dlp's filters know only width and height, so a picture that
    /// stands upright is looked for first: a 1080p film of 1080 × 1920 fits 1080p.
    fn up_to(name: &str, lines: u32) -> Self {
        let upright = format!("[aspect_ratio<1][width<={lines}]");
        let format = format!(
            "bv*{upright}+ba/b{upright}/bv*[height<={lines}]+ba/b[height<={lines}]/b[height<=?{lines}]"
        );
        Self { name: name.to_owned(), version: 1, format, height_max: Some(lines), audio_only: false }
    }
}

/// What somebody wants of an item. An item and a wish are a download, whatever the definition by which it is fetched: a
/// second wish for an item is a second download, unless what is kept fits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wish {
    /// The best picture up to a number of lines, with sound; what has no picture at its source is sound.
    Video {
        /// The most lines that fit; none is the best that there is.
        height_max: Option<u32>,
    },
    /// The sound alone.
    Audio,
}

impl Wish {
    /// What the id of a download follows from, beside its item.
    pub fn key(self) -> String {
        match self {
            Self::Video { height_max: None } => "video".to_owned(),
            Self::Video { height_max: Some(height) } => format!("video {height}"),
            Self::Audio => "audio".to_owned(),
        }
    }

    /// Whether a file that was fetched for some wish is what this one would bring, too.
    ///
    /// The best picture below a ceiling is the best below every lower ceiling that it fits under. One that was fetched
    /// under a lower ceiling says nothing of what there is above.
    pub fn is_met_by(self, fetched_for: Self, lines: Option<u32>) -> bool {
        match (self, fetched_for) {
            (Self::Video { height_max: wanted }, Self::Video { height_max: looked_up_to }) => {
                let unlimited = |lines: Option<u32>| lines.unwrap_or(u32::MAX);
                unlimited(looked_up_to) >= unlimited(wanted) && lines.unwrap_or(0) <= unlimited(wanted)
            }
            (Self::Audio, Self::Audio) => true,
            (Self::Audio, Self::Video { .. }) => lines.is_none(),
            (Self::Video { .. }, Self::Audio) => false,
        }
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
    /// The item for this wish.
    pub download_id: DownloadId,
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

impl DownloadItem {
    /// The same without address, title and folder.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self { source: self.source.redacted(), title: None, folder: None, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Quality, Wish};

    fn wish(name: &str) -> Wish {
        name.parse::<Quality>().unwrap().wish()
    }

    #[test]
    fn a_file_meets_every_wish_that_would_have_brought_it() {
        let (best, full, half, sound) = (wish("best"), wish("1080p"), wish("720p"), wish("audio"));
        assert!(full.is_met_by(best, Some(720)), "the best that there is has 720 lines");
        assert!(half.is_met_by(full, Some(480)));
        assert!(!half.is_met_by(best, Some(1080)), "it is too high");
        assert!(!full.is_met_by(half, Some(720)), "there may be more");
        assert!(!best.is_met_by(full, Some(1080)));
        assert!(!full.is_met_by(sound, None) && !sound.is_met_by(best, Some(720)));
        assert!(sound.is_met_by(best, None), "the source has no picture");
    }

    fn any_wish() -> impl Strategy<Value = Wish> {
        prop_oneof![
            Just(Wish::Audio),
            proptest::option::of(1..4_000_u32).prop_map(|height_max| Wish::Video { height_max }),
        ]
    }

    proptest! {
        // A source with some heights: whoever is content with another's file would have fetched just that one.
        #[test]
        fn nobody_is_content_with_another_file_than_his_own(
            one in any_wish(),
            other in any_wish(),
            heights in proptest::collection::vec(1..4_000_u32, 1..6),
        ) {
            let brought = |wish| match wish {
                Wish::Video { height_max } => {
                    let fits = |height: &u32| height_max.is_none_or(|max| *height <= max);
                    heights.iter().copied().filter(fits).max()
                }
                Wish::Audio => None,
            };
            let picture = |wish: Wish| wish == Wish::Audio || brought(wish).is_some();
            prop_assume!(picture(one) && picture(other));
            if one.is_met_by(other, brought(other)) {
                prop_assert_eq!(brought(one), brought(other));
            }
            prop_assert!(one.is_met_by(one, brought(one)));
            prop_assert_eq!(one == other, one.key() == other.key());
        }
    }
}
