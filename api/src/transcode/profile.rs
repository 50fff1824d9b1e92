use async_graphql::{Enum, SimpleObject};
use mediary_schema::transcode::{self as schema, Container};

/// The container that files are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Container", name = "TranscodeContainer")]
pub(crate) enum ContainerName {
    /// MPEG-4.
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

/// By which rules files are made of files.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct TranscodeProfile {
    /// Its name.
    name: String,
    /// The version of its definition.
    version: u32,
    /// What it is for.
    about: String,
    /// In which container.
    container: ContainerName,
    /// The codec of moving pictures, as ffmpeg calls it; `copy` leaves them as they are. None if none are kept.
    video_codec: Option<String>,
    /// The most lines of a picture.
    lines_max: Option<u32>,
    /// The codec of sound, as ffmpeg calls it; `copy` leaves it as it is.
    audio_codec: String,
}

impl From<schema::Profile> for TranscodeProfile {
    fn from(profile: schema::Profile) -> Self {
        let video = profile.video.as_ref();
        Self {
            video_codec: video.map(|rule| rule.codec.name().to_owned()),
            lines_max: video.and_then(|rule| rule.lines_max),
            audio_codec: profile.audio.codec.name().to_owned(),
            name: profile.name,
            version: profile.version,
            about: profile.about,
            container: profile.container.into(),
        }
    }
}
