use async_graphql::{Enum, ID, SimpleObject};
use mediary_projections::file::FileRow;
use mediary_schema::file::{Check, FileState};

use crate::scalar::{DateTime, Long, Position};

/// How bytes were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Check", name = "Check")]
pub(crate) enum CheckName {
    /// Every packet of the container was read.
    Demuxed,
    /// Every frame was decoded.
    Decoded,
}

/// How it stands with the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "FileState", name = "FileState")]
pub(crate) enum State {
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

/// A file: complete, checked and hashed when it was recorded. It outlives its bytes.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct File {
    /// `file-<uuid>`.
    id: ID,
    /// How it stands with its bytes, as far as anybody looked.
    state: State,
    /// The path below the library, with `/` between folders.
    path: String,
    /// The size in bytes.
    size_bytes: Long,
    /// BLAKE3 of the bytes in 64 hex digits.
    blake3: String,
    /// The duration in milliseconds.
    duration_ms: Long,
    /// The width in pixels, if it has a picture.
    width: Option<u32>,
    /// The height in pixels, if it has a picture.
    height: Option<u32>,
    /// The codec of the picture.
    video_codec: Option<String>,
    /// The codec of the sound.
    audio_codec: Option<String>,
    /// The names of the container.
    container: String,
    /// How it was checked.
    check: CheckName,
    /// The item that it keeps, if it came from a source.
    item_id: Option<ID>,
    /// When it was recorded.
    recorded_at: DateTime,
    /// The position of the last event that touched it.
    changed_at: Position,
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        let media = row.verified.media;
        let check: Check = row.verified.check;
        Self {
            id: ID(row.id.to_string()),
            state: row.state.into(),
            path: row.path,
            size_bytes: Long(row.verified.size_bytes),
            blake3: row.verified.blake3,
            duration_ms: Long(media.duration_ms),
            width: media.width,
            height: media.height,
            video_codec: media.video_codec,
            audio_codec: media.audio_codec,
            container: media.container,
            check: check.into(),
            item_id: row.item_id.map(|id| ID(id.to_string())),
            recorded_at: DateTime(row.recorded_at),
            changed_at: Position(row.changed_at),
        }
    }
}
