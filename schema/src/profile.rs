//! Values of the concern `profile`: by which rules files are made of files (TR-03).

mod check;
mod shipped;

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

pub use self::check::BadRules;
use crate::transcode::Container;

/// By which rules files are made of files (TR-03), under a name and in versions: frozen into the job that follows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name people use: `web`, `archive`.
    pub name: ProfileName,
    /// The version of its rules: one name and one version stand for the same rules for ever.
    pub version: u32,
    /// The rules.
    pub rules: Rules,
}

/// What a profile is called: a word of lower-case letters, digits and hyphens, as it becomes a part of names of files. Not `nothing`,
/// which is what is said where none is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProfileName(String);

/// The answer to a text that no profile can be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no name of a profile; give 1 to {} lower-case letters, digits and hyphens, a letter or a digit first, and not \"nothing\"",
    ProfileName::BYTES_MAX
)]
pub struct NoProfileName {
    text: String,
}

/// By which rules a file is made of another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What it is for, in one sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 300))]
    pub about: String,
    /// In which container.
    pub container: Container,
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
    /// What becomes of moving pictures; none are kept if this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<VideoRule>,
    /// What becomes of sound.
    pub audio: AudioRule,
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
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub preset: String,
    /// How much pictures are to look like those of which they are made at least, by VMAF from 0 to 100: as much is thrown away as that
    /// allows, found by samples of each file, and `crf` is where the search begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vmaf_min: Option<u8>,
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

    /// The most that its encoder can be told to throw away.
    pub const fn crf_max(self) -> u8 {
        match self {
            Self::Copy => 0,
            Self::H264 | Self::Hevc => 51,
            Self::Av1 | Self::Vp9 => 63,
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

impl ProfileName {
    /// The longest one.
    pub const BYTES_MAX: usize = 32;

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProfileName {
    type Err = NoProfileName;

    fn from_str(text: &str) -> Result<Self, NoProfileName> {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_name = (1..=Self::BYTES_MAX).contains(&text.len())
            && text.bytes().all(|byte| is_letter(byte) || byte == b'-')
            && text.bytes().next().is_some_and(is_letter)
            && text != "nothing";
        if is_name {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoProfileName { text: crate::bounded::cut(text.to_owned(), 2 * Self::BYTES_MAX) })
        }
    }
}

impl TryFrom<String> for ProfileName {
    type Error = NoProfileName;

    fn try_from(text: String) -> Result<Self, NoProfileName> {
        text.parse()
    }
}

impl From<ProfileName> for String {
    fn from(name: ProfileName) -> Self {
        name.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl JsonSchema for ProfileName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ProfileName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = format!("^[a-z0-9][a-z0-9-]{{0,{}}}$", Self::BYTES_MAX - 1);
        json_schema!({ "type": "string", "pattern": pattern })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_called_by_a_word_that_a_name_of_a_file_can_have() {
        for name in ["web", "4k", "small-hevc"] {
            assert_eq!(name.parse::<ProfileName>().unwrap().as_str(), name);
        }
        for name in ["", "Web", "-x", "a b", "a/b", "..", "ä", &"a".repeat(33)] {
            assert!(name.parse::<ProfileName>().is_err(), "{name:?}");
        }
    }
}
