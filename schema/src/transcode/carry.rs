//! Which container carries what.
//!
//! Sources: the tables of codecs of ffmpeg's muxers, the registry of Matroska's codecs, the `WebM` container guidelines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::media::{Content, Stream};

/// A container that files are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// MPEG-4, with its head first so that it plays while it is fetched.
    Mp4,
    /// Matroska.
    Mkv,
    /// `WebM`.
    Webm,
    /// MPEG-4 with sound alone.
    M4a,
    /// MPEG audio.
    Mp3,
    /// FLAC.
    Flac,
    /// Opus in Ogg.
    Opus,
}

/// What becomes of a stream that is to be as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carriage {
    /// It is carried.
    Carried,
    /// Its words are, written another way.
    As(&'static str),
    /// It is not.
    Not,
}

const MP4_VIDEO: &[&str] = &["h264", "hevc", "av1", "mpeg4", "vp9"];
const MP4_AUDIO: &[&str] = &["aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"];
const WEBM_VIDEO: &[&str] = &["vp8", "vp9", "av1"];
const WEBM_AUDIO: &[&str] = &["opus", "vorbis"];
/// What Matroska has no name for.
const NOT_IN_MKV: &[&str] = &["mov_text", "eia_608", "tmcd", "bin_data", "gpmd", "klv"];

impl Container {
    /// The ending of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mkv => "mkv",
            Self::Webm => "webm",
            Self::M4a => "m4a",
            Self::Mp3 => "mp3",
            Self::Flac => "flac",
            Self::Opus => "opus",
        }
    }

    /// What ffmpeg's muxer of it is called.
    pub const fn muxer(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mkv => "matroska",
            Self::Webm => "webm",
            Self::M4a => "ipod",
            Self::Mp3 => "mp3",
            Self::Flac => "flac",
            Self::Opus => "ogg",
        }
    }

    /// Whether a file whose container has these names is one of it.
    pub fn is(self, names: &str) -> bool {
        let has = |name: &str| names.split(',').any(|one| one == name);
        match self {
            Self::Mp4 | Self::M4a => has("mp4"),
            // Both have the same names; what is in it says which it is.
            Self::Mkv => has("matroska"),
            Self::Webm => has("webm"),
            Self::Mp3 => has("mp3"),
            Self::Flac => has("flac"),
            Self::Opus => has("ogg"),
        }
    }

    /// Whether it has sound alone.
    pub const fn is_audio_only(self) -> bool {
        matches!(self, Self::M4a | Self::Mp3 | Self::Flac | Self::Opus)
    }

    /// Whether it can say in which language a stream is: MPEG-4 does in three letters.
    pub(super) fn says_language_of(self, stream: &Stream) -> bool {
        let is_mpeg = matches!(self, Self::Mp4 | Self::M4a);
        !is_mpeg || stream.language.is_none() || stream.language_code().is_some()
    }

    /// Whether it has as many chapters as there are.
    pub const fn has_chapters(self) -> bool {
        !matches!(self, Self::Mp3 | Self::Flac)
    }

    /// What becomes of a stream in it that nobody encodes.
    pub(super) fn carries(self, stream: &Stream) -> Carriage {
        let Some(codec) = stream.codec.as_deref() else {
            let is_kept_file = self == Self::Mkv && matches!(stream.content, Content::Attachment { .. });
            return if is_kept_file { Carriage::Carried } else { Carriage::Not };
        };
        match (self, &stream.content) {
            (Self::Mkv, Content::Subtitle { .. }) if codec == "mov_text" => Carriage::As("subrip"),
            (Self::Mkv, Content::Data {}) => Carriage::Not,
            (Self::Mkv, _) => carried(!NOT_IN_MKV.contains(&codec)),
            (Self::Mp4, Content::Video(_)) => carried(MP4_VIDEO.contains(&codec)),
            (Self::Mp4 | Self::M4a, Content::Audio(_)) => carried(MP4_AUDIO.contains(&codec)),
            (Self::Mp4 | Self::M4a, Content::Cover {}) => carried(matches!(codec, "mjpeg" | "png")),
            (Self::Mp4, Content::Subtitle { .. }) if codec == "mov_text" => Carriage::Carried,
            // A line of plain words is the same line there.
            (Self::Mp4, Content::Subtitle { .. }) if is_plain(codec) => Carriage::As("mov_text"),
            (Self::Webm, Content::Video(_)) => carried(WEBM_VIDEO.contains(&codec)),
            (Self::Webm, Content::Audio(_)) => carried(WEBM_AUDIO.contains(&codec)),
            (Self::Webm, Content::Subtitle { .. }) if codec == "webvtt" => Carriage::Carried,
            (Self::Webm, Content::Subtitle { .. }) if is_plain(codec) || codec == "mov_text" => {
                Carriage::As("webvtt")
            }
            (Self::Mp3, Content::Audio(_)) => carried(codec == "mp3"),
            (Self::Mp3 | Self::Flac, Content::Cover {}) => carried(matches!(codec, "mjpeg" | "png")),
            (Self::Flac, Content::Audio(_)) => carried(codec == "flac"),
            (Self::Opus, Content::Audio(_)) => carried(codec == "opus"),
            _ => Carriage::Not,
        }
    }
}

const fn carried(is_carried: bool) -> Carriage {
    if is_carried { Carriage::Carried } else { Carriage::Not }
}

/// Whether words are shown as they are, without a place or a letter of their own.
fn is_plain(codec: &str) -> bool {
    matches!(codec, "subrip" | "webvtt" | "text")
}
