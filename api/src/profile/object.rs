use async_graphql::{Enum, InputObject, SimpleObject};
use mediary_schema::{
    profile::{self as schema, AudioCodec, HdrRule, SubtitleRule, VideoCodec},
    transcode::Container,
};

/// The container that files are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Container", name = "TranscodeContainer")]
pub(crate) enum ContainerName {
    /// MPEG-4.
    #[graphql(name = "MP4")]
    Mp4,
    /// Matroska.
    Mkv,
    /// `WebM`.
    Webm,
    /// MPEG-4 with sound alone.
    #[graphql(name = "M4A")]
    M4a,
    /// MPEG audio.
    #[graphql(name = "MP3")]
    Mp3,
    /// FLAC.
    Flac,
    /// Opus in Ogg.
    Opus,
}

/// A codec of moving pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "VideoCodec", name = "ProfileVideoCodec")]
pub(crate) enum VideoCodecName {
    /// As it is.
    Copy,
    /// H.264, by x264.
    H264,
    /// HEVC, by x265.
    Hevc,
    /// AV1, by SVT-AV1.
    #[graphql(name = "AV1")]
    Av1,
    /// VP9, by libvpx.
    #[graphql(name = "VP9")]
    Vp9,
}

/// A codec of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "AudioCodec", name = "ProfileAudioCodec")]
pub(crate) enum AudioCodecName {
    /// As it is.
    Copy,
    /// AAC.
    Aac,
    /// Opus.
    Opus,
    /// MPEG layer III.
    #[graphql(name = "MP3")]
    Mp3,
    /// FLAC, which throws nothing away.
    Flac,
}

/// What becomes of more light than usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "HdrRule", name = "ProfileHdr")]
pub(crate) enum HdrRuleName {
    /// It stays; what can't keep it is refused.
    Keep,
    /// It is mapped to what every screen shows.
    Map,
}

/// What becomes of subtitles, and of fonts for them, that the container does not carry as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "SubtitleRule", name = "ProfileSubtitles")]
pub(crate) enum SubtitleRuleName {
    /// They lie in a file beside it.
    Keep,
    /// They go.
    Drop,
}

/// By which rules files are made of files.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Profile {
    /// Its name.
    name: String,
    /// The version of its rules.
    version: u32,
    /// Whether somebody of this project saved it; else it ships with the program.
    is_own: bool,
    /// What it is for.
    about: String,
    /// In which container.
    container: ContainerName,
    /// Which sounds are kept: languages as they are tagged, and `original` for that of the film; all if none is named.
    keep_audio: Vec<String>,
    /// Which subtitles are kept, by their languages; all if none is named.
    keep_subtitles: Vec<String>,
    /// Whether sounds go in which somebody talks about the film.
    drop_commentary: bool,
    /// What becomes of subtitles and of fonts for them that the container does not carry.
    subtitles: SubtitleRuleName,
    /// Whether a result that is larger than what it was made of is kept all the same.
    may_grow: bool,
    /// What becomes of moving pictures; none are kept if there is none.
    video: Option<VideoRule>,
    /// What becomes of sound.
    audio: AudioRule,
}

/// What becomes of moving pictures.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(name = "ProfileVideo", input_name = "ProfileVideoInput")]
pub(crate) struct VideoRule {
    /// The codec.
    codec: VideoCodecName,
    /// How much is thrown away, from 0, in the scale of the codec's encoder: more is smaller.
    #[graphql(default)]
    crf: u8,
    /// How much time the encoder takes for it, as the encoder calls that; nothing where pictures stay as they are.
    #[graphql(default)]
    preset: String,
    /// How much pictures are to look like those of which they are made at least, by VMAF from 0 to 100: as much is thrown away as that
    /// allows, found by samples of each file, and `crf` is where the search begins.
    vmaf_min: Option<u8>,
    /// The most lines, of the shorter side; none are added.
    lines_max: Option<u32>,
    /// What becomes of more light than usual.
    #[graphql(default_with = "HdrRuleName::Keep")]
    hdr: HdrRuleName,
    /// Whether pictures stay as they are that have the codec, the lines and the light.
    #[graphql(default)]
    copies_what_fits: bool,
}

/// What becomes of sound.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(name = "ProfileAudio", input_name = "ProfileAudioInput")]
pub(crate) struct AudioRule {
    /// The codec.
    codec: AudioCodecName,
    /// Thousands of bits a second for each channel, of a codec that throws something away.
    #[graphql(default = 80)]
    kbits_per_channel: u32,
    /// The most channels; more are mixed down.
    channels_max: Option<u32>,
}

impl From<schema::Profile> for Profile {
    fn from(profile: schema::Profile) -> Self {
        let schema::Profile { name, version, rules } = profile;
        Self {
            is_own: schema::Profile::find_shipped(name.as_str()).is_none(),
            name: name.to_string(),
            version,
            about: rules.about,
            container: rules.container.into(),
            keep_audio: rules.keep_audio,
            keep_subtitles: rules.keep_subtitles,
            drop_commentary: rules.drop_commentary,
            subtitles: rules.subtitles.into(),
            may_grow: rules.may_grow,
            video: rules.video.map(Into::into),
            audio: rules.audio.into(),
        }
    }
}

impl From<schema::VideoRule> for VideoRule {
    fn from(rule: schema::VideoRule) -> Self {
        let schema::VideoRule { codec, crf, preset, vmaf_min, lines_max, hdr, copies_what_fits } = rule;
        Self { codec: codec.into(), crf, preset, vmaf_min, lines_max, hdr: hdr.into(), copies_what_fits }
    }
}

impl From<VideoRule> for schema::VideoRule {
    fn from(rule: VideoRule) -> Self {
        let VideoRule { codec, crf, preset, vmaf_min, lines_max, hdr, copies_what_fits } = rule;
        Self { codec: codec.into(), crf, preset, vmaf_min, lines_max, hdr: hdr.into(), copies_what_fits }
    }
}

impl From<schema::AudioRule> for AudioRule {
    fn from(rule: schema::AudioRule) -> Self {
        let schema::AudioRule { codec, kbits_per_channel, channels_max } = rule;
        Self { codec: codec.into(), kbits_per_channel, channels_max }
    }
}

impl From<AudioRule> for schema::AudioRule {
    fn from(rule: AudioRule) -> Self {
        let AudioRule { codec, kbits_per_channel, channels_max } = rule;
        Self { codec: codec.into(), kbits_per_channel, channels_max }
    }
}
