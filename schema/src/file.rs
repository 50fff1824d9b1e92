//! Values of the kernel part `file`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{DownloadId, ItemId, JobId};

/// What a probe found in a media file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MediaFacts {
    /// Names of the container, as ffprobe lists them (`mov,mp4,m4a,3gp,3g2,mj2`).
    pub container: String,
    /// The duration in milliseconds.
    pub duration_ms: u64,
    /// The width in pixels, if it has a picture.
    pub width: Option<u32>,
    /// The height in pixels, if it has a picture.
    pub height: Option<u32>,
    /// The codec of the picture.
    pub video_codec: Option<String>,
    /// The codec of the sound.
    pub audio_codec: Option<String>,
}

/// Bytes that were found whole: what a file is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// The size in bytes.
    pub size_bytes: u64,
    /// BLAKE3 of the bytes, 64 hex digits.
    pub blake3: String,
    /// What a probe found.
    pub media: MediaFacts,
    /// How the bytes were checked beyond the probe.
    pub check: Check,
}

/// How bytes were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Every packet of the container was read.
    Demuxed,
    /// Every frame was decoded.
    Decoded,
}

/// What a file is, if it came from a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "each is the id of another thing")]
pub struct Made {
    /// The item that it keeps.
    pub item_id: ItemId,
    /// The download that wanted it.
    pub download_id: DownloadId,
    /// The job that fetched it.
    pub job_id: JobId,
}

/// Below which folder a file lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Root {
    /// The library.
    Library,
    /// A folder that is watched, by its id.
    WatchFolder(Uuid),
}

/// How it stands with the bytes of a file, which outlives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// They are in their place, as they were recorded.
    Present,
    /// Other bytes are in their place.
    Changed,
    /// Nothing is in their place, and nobody here took them away.
    Lost,
    /// They were put into the trash.
    Trashed,
    /// Another file took their place.
    Replaced,
}

impl FileState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Present, Self::Changed, Self::Lost, Self::Trashed, Self::Replaced];

    /// The name in tables, in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Changed => "changed",
            Self::Lost => "lost",
            Self::Trashed => "trashed",
            Self::Replaced => "replaced",
        }
    }
}
