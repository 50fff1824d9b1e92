//! What media files are, stream by stream, as their containers say.

mod census;

use isolang::Language;
use serde::{Deserialize, Serialize};

pub use self::census::{Census, Share};
use crate::file::lines;

/// A media file as its container describes it. Nothing of this is proved: of that, [`crate::file::Verified`] tells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Medium {
    /// Names of the container, as ffmpeg knows it: `matroska,webm`.
    pub container: String,
    /// The size of the file.
    pub size_bytes: u64,
    /// How long it plays, if it says so.
    pub duration_ms: Option<u64>,
    /// Bits a second of all of it together.
    pub bits_per_second: Option<u64>,
    /// How many chapters it has.
    pub chapter_count: u32,
    /// Its streams, by their index.
    pub streams: Vec<Stream>,
}

/// A stream of a container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a container says of a stream")]
pub struct Stream {
    /// Which it is in its container, from 0.
    pub index: u32,
    /// The codec, as ffmpeg calls it: `hevc`; none if ffmpeg knows none.
    pub codec: Option<String>,
    /// What of that codec it uses: `Main 10`.
    pub codec_profile: Option<String>,
    /// The language, as it is tagged: ISO 639-2 in most containers, and `und` is none.
    pub language: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// What MPEG-4 says of whoever plays it, where others say what it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// Whether it is played if nobody chooses.
    pub is_default: bool,
    /// Whether it is to be shown even to those who want no subtitles.
    pub is_forced: bool,
    /// Whether somebody talks about the film in it.
    pub is_commentary: bool,
    /// Whether its language is that of the film.
    pub is_original: bool,
    /// Bits a second, if it says so.
    pub bits_per_second: Option<u64>,
    /// What is in it.
    pub content: Content,
}

/// What is in a stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Moving pictures.
    Video(Video),
    /// A picture that stands for the file.
    Cover {},
    /// Sound.
    Audio(Audio),
    /// Words that are shown.
    Subtitle {
        /// Whether they are text; else they are pictures.
        is_text: bool,
    },
    /// A file in the file, such as a font.
    Attachment {
        /// What it is called.
        name: Option<String>,
        /// What it is.
        media_type: Option<String>,
    },
    /// Anything else, such as time codes.
    Data {},
}

/// Moving pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Video {
    /// Pixels across, as they are stored.
    pub width: u32,
    /// Pixels down, as they are stored.
    pub height: u32,
    /// How wide a pixel is for its height, as a fraction, if it is no square.
    pub pixel_aspect: Option<(u32, u32)>,
    /// How pixels are stored: `yuv420p10le`.
    pub pixel_format: Option<String>,
    /// Bits of each component of a pixel.
    pub bit_depth: u8,
    /// Pictures a second, on average.
    pub frames_per_second: Option<f64>,
    /// Whether their times are uneven.
    pub has_variable_frame_rate: bool,
    /// Whether each picture is two of half the lines.
    pub is_interlaced: bool,
    /// By how many degrees clockwise it is turned when it is shown: 0, 90, 180 or 270.
    pub rotation_degrees: u16,
    /// How more light than usual is meant, if it is.
    pub hdr: Option<Hdr>,
    /// What the display could show on which it was made, if that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mastering: Option<Mastering>,
}

/// What the display could show on which pictures were made, as SMPTE ST 2086 and CTA-861.3 have it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mastering {
    /// Where red, green, blue and white lie, across and up, in units of 0.00002.
    pub primaries: Option<[(u32, u32); 4]>,
    /// The most and the least light, in units of 0.0001 cd/m².
    pub luminance: Option<(u32, u32)>,
    /// The most light of a pixel, and of a picture on average, in cd/m².
    pub content_light: Option<(u32, u32)>,
}

/// How more light than usual is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hdr {
    /// The curve of SMPTE ST 2084, with what the mastering display could show.
    Hdr10,
    /// The curve of ARIB STD-B67.
    Hlg,
    /// A layer of Dolby Vision's.
    DolbyVision,
}

/// Sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audio {
    /// How many channels.
    pub channels: u32,
    /// Which they are: `5.1(side)`.
    pub layout: Option<String>,
    /// Samples a second.
    pub sample_rate_hz: u32,
}

impl Hdr {
    /// The name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hdr10 => "HDR10",
            Self::Hlg => "HLG",
            Self::DolbyVision => "Dolby Vision",
        }
    }
}

impl Stream {
    /// The language in three letters, as ISO 639-2 has it: `eng` of `en`, `en-GB` and `eng`. None if it is said in no way that is known.
    pub fn language_code(&self) -> Option<&str> {
        let tag = self.language.as_deref()?;
        let word = tag.split(['-', '_']).next().unwrap_or_default();
        match word.len() {
            2 => Language::from_639_1(&word.to_ascii_lowercase()).map(|language| language.to_639_3()),
            3 if word.bytes().all(|letter| letter.is_ascii_alphabetic()) => Some(word),
            _ => None,
        }
    }
}

impl Content {
    /// What kind of stream it is, in one word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Video(_) => "video",
            Self::Cover {} => "cover",
            Self::Audio(_) => "audio",
            Self::Subtitle { .. } => "subtitle",
            Self::Attachment { .. } => "attachment",
            Self::Data {} => "data",
        }
    }
}

impl Video {
    /// Pixels across and down as it is shown, turned.
    pub const fn shown(&self) -> (u32, u32) {
        if self.rotation_degrees % 180 == 90 { (self.height, self.width) } else { (self.width, self.height) }
    }

    /// Its lines as qualities count them: the shorter side.
    pub fn lines(&self) -> u32 {
        lines(Some(self.width), Some(self.height)).unwrap_or(0)
    }
}

impl Medium {
    /// What people call its container: of a family with several names, the one that most of them have.
    pub fn container_word(&self) -> &str {
        let mut names = self.container.split(',');
        if names.clone().any(|name| name == "mp4") { "mp4" } else { names.next().unwrap_or_default() }
    }

    /// Its first moving picture, with its stream.
    pub fn video(&self) -> Option<(&Stream, &Video)> {
        self.streams.iter().find_map(|stream| match &stream.content {
            Content::Video(video) => Some((stream, video)),
            _ => None,
        })
    }

    /// Its sounds, with their streams.
    pub fn audios(&self) -> impl Iterator<Item = (&Stream, &Audio)> {
        self.streams.iter().filter_map(|stream| match &stream.content {
            Content::Audio(audio) => Some((stream, audio)),
            _ => None,
        })
    }
}

/// When each stream of a file begins and ends, by its packets: of each kind, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spans {
    /// Of moving pictures.
    pub video: Vec<Span>,
    /// Of sounds.
    pub audio: Vec<Span>,
}

/// When a stream begins and ends, in milliseconds of the clock of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Span {
    /// The time of its first packet, which may lie before zero.
    pub start_ms: i64,
    /// The end of its last one.
    pub end_ms: i64,
}

impl Span {
    /// How long it is.
    pub const fn length_ms(self) -> u64 {
        self.end_ms.abs_diff(self.start_ms)
    }
}

/// Endings of media files, in lower case.
pub const ENDINGS: [&str; 32] = [
    "3gp", "aac", "aif", "aiff", "amr", "avi", "f4v", "flac", "flv", "m4a", "m4b", "m4v", "mka", "mkv",
    "mov", "mp3", "mp4", "mpeg", "mpg", "mts", "oga", "ogg", "ogv", "opus", "ts", "vob", "wav", "weba",
    "webm", "wma", "wmv", "wv",
];

/// Whether a file of this name is a medium, by its ending.
pub fn is_medium(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}
