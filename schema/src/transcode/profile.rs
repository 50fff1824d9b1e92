//! By which rules a file is made of another one.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Container;

/// By which rules a file is made of another one (TR-03): frozen into the job that follows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name people use: `web`, `archive`.
    pub name: String,
    /// The version of the definition, raised when it changes.
    pub version: u32,
    /// What it is for, in one sentence.
    pub about: String,
    /// In which container.
    pub container: Container,
    /// What becomes of moving pictures; none are kept if this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<VideoRule>,
    /// What becomes of sound.
    pub audio: AudioRule,
    /// Which sounds are kept: languages as they are tagged, and `original` for that of the film; all if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep_audio: Vec<String>,
    /// Which subtitles are kept, by their languages; all if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep_subtitles: Vec<String>,
    /// Whether sounds go in which somebody talks about the film.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub drop_commentary: bool,
    /// What becomes of subtitles and of fonts for them.
    #[serde(default)]
    pub subtitles: SubtitleRule,
    /// Whether a result that is larger than what it was made of is kept all the same.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub may_grow: bool,
}

/// What becomes of moving pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VideoRule {
    /// The codec.
    pub codec: VideoCodec,
    /// How much is thrown away, from 0, in the scale of the codec's encoder: more is smaller.
    pub crf: u8,
    /// How much time the encoder takes for it, as the encoder calls that.
    pub preset: String,
    /// The most lines, of the shorter side; none are added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines_max: Option<u32>,
    /// What becomes of more light than usual.
    #[serde(default)]
    pub hdr: HdrRule,
    /// Whether pictures stay as they are that have the codec, the lines and the light.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub copies_what_fits: bool,
}

/// A codec of moving pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VideoCodec {
    /// As it is.
    Copy,
    /// H.264, by x264.
    H264,
    /// HEVC, by x265.
    Hevc,
    /// AV1, by SVT-AV1.
    Av1,
    /// VP9, by libvpx.
    Vp9,
}

/// What becomes of more light than usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HdrRule {
    /// It stays; what can't keep it is refused.
    #[default]
    Keep,
    /// It is mapped to what every screen shows.
    Map,
}

/// What becomes of sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AudioRule {
    /// The codec.
    pub codec: AudioCodec,
    /// Thousands of bits a second for each channel, of a codec that throws something away.
    #[serde(default = "kbits_per_channel")]
    pub kbits_per_channel: u32,
    /// The most channels; more are mixed down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels_max: Option<u32>,
}

const fn kbits_per_channel() -> u32 {
    80
}

/// A codec of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AudioCodec {
    /// As it is.
    Copy,
    /// AAC.
    Aac,
    /// Opus.
    Opus,
    /// MPEG layer III.
    Mp3,
    /// FLAC, which throws nothing away.
    Flac,
}

/// What becomes of subtitles, and of fonts for them, that the container does not carry as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubtitleRule {
    /// They lie in a file beside it; plain words are written as the container has them.
    #[default]
    Keep,
    /// They go.
    Drop,
}

impl VideoCodec {
    /// What ffmpeg calls what it is.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::H264 => "h264",
            Self::Hevc => "hevc",
            Self::Av1 => "av1",
            Self::Vp9 => "vp9",
        }
    }

    /// What ffmpeg calls what makes it.
    pub const fn encoder(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::H264 => "libx264",
            Self::Hevc => "libx265",
            Self::Av1 => "libsvtav1",
            Self::Vp9 => "libvpx-vp9",
        }
    }

    /// Whether every player of it shows ten bits of each component.
    pub const fn has_ten_bits(self) -> bool {
        matches!(self, Self::Hevc | Self::Av1 | Self::Copy)
    }
}

impl AudioCodec {
    /// What ffmpeg calls what it is.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Aac => "aac",
            Self::Opus => "opus",
            Self::Mp3 => "mp3",
            Self::Flac => "flac",
        }
    }

    /// What ffmpeg calls what makes it.
    pub const fn encoder(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Aac => "aac",
            Self::Opus => "libopus",
            Self::Mp3 => "libmp3lame",
            Self::Flac => "flac",
        }
    }

    /// The most channels that its encoder takes.
    pub const fn channels_max(self) -> u32 {
        match self {
            Self::Copy => u32::MAX,
            Self::Mp3 => 2,
            Self::Aac | Self::Opus | Self::Flac => 8,
        }
    }
}

/// The answer to a name that is no profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a profile; choose one of {}", Profile::NAMES.join(", "))]
pub struct UnknownProfile {
    name: String,
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        let known = Self::all().into_iter().find(|profile| profile.name == name);
        known.ok_or_else(|| UnknownProfile { name: name.to_owned() })
    }
}

impl Profile {
    /// The names of those that ship with the program.
    pub const NAMES: [&'static str; 6] = ["web", "archive", "mobile", "tv", "audio", "remux"];

    /// Those that ship with the program.
    pub fn all() -> [Self; 6] {
        [Self::web(), Self::archive(), Self::mobile(), Self::tv(), Self::audio(), Self::remux()]
    }

    fn of(name: &str, about: &str, container: Container, audio: AudioRule) -> Self {
        Self {
            name: name.to_owned(),
            version: 1,
            about: about.to_owned(),
            container,
            video: None,
            audio,
            keep_audio: vec![],
            keep_subtitles: vec![],
            drop_commentary: false,
            subtitles: SubtitleRule::Keep,
            may_grow: false,
        }
    }

    fn web() -> Self {
        let about = "Plays in every browser: H.264 of 1080 lines at most and stereo AAC in MP4.";
        let video = VideoRule { lines_max: Some(1080), ..VideoRule::of(VideoCodec::H264, 21, "medium") };
        let audio = AudioRule { channels_max: Some(2), ..AudioRule::of(AudioCodec::Aac, 80) };
        Self { video: Some(video.mapped()), ..Self::of("web", about, Container::Mp4, audio) }
    }

    fn archive() -> Self {
        let about =
            "About half the size at a quality that nobody tells apart: HEVC in Matroska, all else as it is.";
        let video = VideoRule::of(VideoCodec::Hevc, 21, "medium");
        Self {
            video: Some(video),
            ..Self::of("archive", about, Container::Mkv, AudioRule::of(AudioCodec::Copy, 0))
        }
    }

    fn mobile() -> Self {
        let about = "Small enough to take along: HEVC of 720 lines at most and stereo AAC in MP4.";
        let video = VideoRule { lines_max: Some(720), ..VideoRule::of(VideoCodec::Hevc, 26, "medium") };
        let audio = AudioRule { channels_max: Some(2), ..AudioRule::of(AudioCodec::Aac, 48) };
        Self {
            video: Some(video.mapped()),
            drop_commentary: true,
            ..Self::of("mobile", about, Container::Mp4, audio)
        }
    }

    fn tv() -> Self {
        let about =
            "Plays on television sets: HEVC of 2160 lines at most in MP4, sound as it is where sets know it.";
        let video = VideoRule {
            lines_max: Some(2160),
            copies_what_fits: true,
            ..VideoRule::of(VideoCodec::Hevc, 20, "medium")
        };
        Self {
            video: Some(video),
            ..Self::of("tv", about, Container::Mp4, AudioRule::of(AudioCodec::Copy, 0))
        }
    }

    fn audio() -> Self {
        let about = "The sound alone, as stereo AAC.";
        let audio = AudioRule { channels_max: Some(2), ..AudioRule::of(AudioCodec::Aac, 80) };
        Self {
            subtitles: SubtitleRule::Drop,
            drop_commentary: true,
            ..Self::of("audio", about, Container::M4a, audio)
        }
    }

    fn remux() -> Self {
        let about = "Everything as it is, in Matroska.";
        let video = VideoRule::of(VideoCodec::Copy, 0, "");
        let audio = AudioRule::of(AudioCodec::Copy, 0);
        // Another container may take a few bytes more.
        Self { video: Some(video), may_grow: true, ..Self::of("remux", about, Container::Mkv, audio) }
    }
}

impl VideoRule {
    fn of(codec: VideoCodec, crf: u8, preset: &str) -> Self {
        Self {
            codec,
            crf,
            preset: preset.to_owned(),
            lines_max: None,
            hdr: HdrRule::Keep,
            copies_what_fits: false,
        }
    }

    fn mapped(self) -> Self {
        Self { hdr: HdrRule::Map, ..self }
    }
}

impl AudioRule {
    const fn of(codec: AudioCodec, kbits_per_channel: u32) -> Self {
        Self { codec, kbits_per_channel, channels_max: None }
    }
}
