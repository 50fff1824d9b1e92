//! ffprobe's JSON to facts.

use mediary_schema::file::MediaFacts;
use serde::Deserialize;

/// What ffprobe is asked for.
pub(super) const ENTRIES: &str =
    "format=format_name,duration:stream=codec_type,codec_name,width,height:stream_disposition=attached_pic";

/// ffprobe's answer.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Option<Format>,
}

#[derive(Debug, Default, Deserialize)]
struct Format {
    format_name: Option<String>,
    duration: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Stream {
    codec_type: Option<String>,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    #[serde(default)]
    disposition: Disposition,
}

#[derive(Debug, Default, Deserialize)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

impl Answer {
    /// The facts; none if this is no film and no sound: a still picture, a text.
    ///
    /// The duration is 0 if the container doesn't say.
    pub(super) fn facts(self) -> Option<MediaFacts> {
        let format = self.format?;
        let container = format.format_name?;
        if container.ends_with("_pipe") || matches!(container.as_str(), "image2" | "tty") {
            return None;
        }
        let seconds = format.duration.and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        let is_cover = |stream: &Stream| stream.disposition.attached_pic != 0;
        let of_kind = |kind: &str| {
            self.streams.iter().find(|stream| stream.codec_type.as_deref() == Some(kind) && !is_cover(stream))
        };
        let (picture, sound) = (of_kind("video"), of_kind("audio"));
        if picture.is_none() && sound.is_none() {
            return None;
        }
        Some(MediaFacts {
            container,
            duration_ms: (seconds * 1000.0).round() as u64,
            width: picture.and_then(|stream| stream.width),
            height: picture.and_then(|stream| stream.height),
            video_codec: picture.and_then(|stream| stream.codec_name.clone()),
            audio_codec: sound.and_then(|stream| stream.codec_name.clone()),
        })
    }
}
