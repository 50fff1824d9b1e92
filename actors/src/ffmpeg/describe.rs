//! What a media file is, stream by stream: ffprobe's JSON to values.

use std::{collections::BTreeMap, ffi::OsString, fs::File, path::Path, time::Duration};

use mediary_schema::{
    FailureClass,
    job::Failure,
    media::{Audio, Content, Hdr, Medium, Stream, Video},
};
use serde::Deserialize;

use super::{
    light::{self, LIGHT_ENTRIES},
    make::opened,
    tool::Ffmpeg,
};
use crate::process::{Assignment, Line, Source, Spec, Tool};

/// What is asked for; everything else can be as long as a tag may be.
const ENTRIES: &str = "format=format_name,duration,size,bit_rate\
    :stream=index,codec_name,codec_type,profile,width,height,sample_aspect_ratio,pix_fmt,field_order,r_frame_rate,\
    avg_frame_rate,color_transfer,bits_per_raw_sample,sample_rate,channels,channel_layout,bit_rate\
    :stream_disposition=default,original,comment,forced,attached_pic\
    :stream_tags=language,title,handler_name,filename,mimetype,rotate,BPS\
    :stream_side_data=side_data_type,rotation\
    :chapter=id";
/// How long the head of a file may take to be read, also from a disk that sleeps.
const DEADLINE: Duration = Duration::from_mins(1);
/// What is read of the answer, in bytes: a thousand streams, each with long names.
const ANSWER_BYTES_MAX: usize = 8 << 20;
/// How many times a picture may be as long as another one before their times are uneven.
const EVEN_WITHIN: f64 = 0.01;
/// Codecs of subtitles that are text.
const TEXTS: &[&str] = &[
    "ass",
    "eia_608",
    "hdmv_text_subtitle",
    "jacosub",
    "microdvd",
    "mov_text",
    "mpl2",
    "realtext",
    "sami",
    "ssa",
    "stl",
    "subrip",
    "subviewer",
    "subviewer1",
    "text",
    "ttml",
    "vplayer",
    "webvtt",
];

impl Ffmpeg {
    /// What an opened file is.
    pub(crate) async fn describe_opened(
        &self,
        file: &File,
        assignment: &Assignment,
    ) -> Result<Medium, Failure> {
        self.describe(Path::new(&opened(file)), assignment).await
    }

    /// What a file is, as its container says; of one with more light than usual also what its first picture says of that.
    pub async fn describe(&self, path: &Path, assignment: &Assignment) -> Result<Medium, Failure> {
        let answer = self.asked(path, &["-show_entries", ENTRIES], assignment).await?;
        let mut medium = medium(&answer).map_err(|error| no_json(&error))?;
        let is_light =
            |stream: &Stream| matches!(&stream.content, Content::Video(Video { hdr: Some(_), .. }));
        let lit = medium.streams.iter_mut().find(|stream| is_light(stream));
        if let Some(Stream { index, content: Content::Video(video), .. }) = lit {
            let first = ["-select_streams", &index.to_string(), "-read_intervals", "%+#1"];
            let asked = [first.as_slice(), &["-show_entries", LIGHT_ENTRIES]].concat();
            let answer = self.asked(path, &asked, assignment).await?;
            video.mastering = light::mastering(&answer).map_err(|error| no_json(&error))?;
        }
        Ok(medium)
    }

    /// What ffprobe says of a file.
    async fn asked(&self, path: &Path, asked: &[&str], assignment: &Assignment) -> Result<String, Failure> {
        let program = self.tools.find(Tool::Ffprobe).map_err(|error| error.failure())?;
        // It knows no `--`, so the file stands behind `file:`, which no option begins with; and it opens nothing else.
        let mut input = OsString::from("file:");
        input.push(path);
        let spec = Spec::new(Tool::Ffprobe.name(), program)
            .args(["-v", "error", "-of", "json"])
            .args(asked)
            .args(["-protocol_whitelist", "file", "-i"])
            .arg(input)
            .unrecorded(PROTOCOL_LINES)
            .deadline(DEADLINE);
        let mut answer = String::new();
        let each = |line: Line| {
            if line.source == Source::Stdout && answer.len() + line.text.len() < ANSWER_BYTES_MAX {
                answer.push_str(&line.text);
                answer.push('\n');
            }
        };
        let ended = assignment.run(&self.runner, spec, each).await.map_err(|error| error.failure())?;
        if let Some(failure) = ended.forced(Tool::Ffprobe.name()) {
            return Err(failure);
        }
        if !ended.is_clean() {
            return Err(ended.failure(FailureClass::Damaged, "the file is neither film nor sound"));
        }
        Ok(answer)
    }
}

fn no_json(error: &serde_json::Error) -> Failure {
    Failure::new(FailureClass::Unknown, format!("ffprobe said something else than was asked for: {error}"))
}

/// What lines of the answer begin with: protocol, not words.
const PROTOCOL_LINES: &[&str] = &["{", "}", "    "];

/// The answer, as far as it is asked for.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    format: Format,
    #[serde(default)]
    streams: Vec<Said>,
    #[serde(default)]
    chapters: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Format {
    #[serde(rename = "format_name")]
    names: String,
    duration: Option<String>,
    size: Option<String>,
    bit_rate: Option<String>,
}

/// What is said of a stream.
#[derive(Deserialize)]
struct Said {
    index: u32,
    codec_name: Option<String>,
    codec_type: Option<String>,
    profile: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    sample_aspect_ratio: Option<String>,
    pix_fmt: Option<String>,
    field_order: Option<String>,
    r_frame_rate: Option<String>,
    avg_frame_rate: Option<String>,
    color_transfer: Option<String>,
    bits_per_raw_sample: Option<String>,
    sample_rate: Option<String>,
    channels: Option<u32>,
    channel_layout: Option<String>,
    bit_rate: Option<String>,
    #[serde(default)]
    disposition: BTreeMap<String, u8>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize)]
struct SideData {
    #[serde(default)]
    side_data_type: String,
    rotation: Option<f64>,
}

/// What the answer means.
fn medium(answer: &str) -> serde_json::Result<Medium> {
    let Answer { format, streams, chapters } = serde_json::from_str(answer)?;
    Ok(Medium {
        container: format.names,
        size_bytes: number(format.size.as_ref()).unwrap_or(0),
        duration_ms: milliseconds(format.duration.as_ref()),
        bits_per_second: number(format.bit_rate.as_ref()),
        chapter_count: u32::try_from(chapters.len()).unwrap_or(u32::MAX),
        streams: streams.into_iter().map(Said::stream).collect(),
    })
}

impl Said {
    fn stream(self) -> Stream {
        let is = |name: &str| self.disposition.get(name).is_some_and(|said| *said != 0);
        let title = self.tag("title");
        let talks = |title: &String| title.to_lowercase().contains("commentary");
        Stream {
            index: self.index,
            codec: self.codec_name.clone().filter(|name| name != "unknown" && name != "none"),
            codec_profile: self.profile.clone().filter(|name| name != "unknown"),
            language: self.tag("language").filter(|language| language != "und"),
            is_default: is("default"),
            is_forced: is("forced"),
            is_commentary: is("comment") || title.as_ref().is_some_and(talks),
            is_original: is("original"),
            // Matroska says it in a tag.
            bits_per_second: number(self.bit_rate.as_ref().or_else(|| self.tags.get("BPS"))),
            content: self.content(is("attached_pic")),
            handler: self.tag("handler_name"),
            title,
        }
    }

    fn tag(&self, name: &str) -> Option<String> {
        self.tags.get(name).filter(|value| !value.is_empty()).cloned()
    }

    fn content(&self, is_cover: bool) -> Content {
        match self.codec_type.as_deref() {
            Some("video") if is_cover => Content::Cover {},
            Some("video") => Content::Video(self.video()),
            Some("audio") => Content::Audio(Audio {
                channels: self.channels.unwrap_or(0),
                layout: self.channel_layout.clone(),
                sample_rate_hz: number(self.sample_rate.as_ref()).unwrap_or(0),
            }),
            Some("subtitle") => Content::Subtitle {
                is_text: self.codec_name.as_deref().is_some_and(|codec| TEXTS.contains(&codec)),
            },
            Some("attachment") => {
                Content::Attachment { name: self.tag("filename"), media_type: self.tag("mimetype") }
            }
            _ => Content::Data {},
        }
    }

    fn video(&self) -> Video {
        let average = self.avg_frame_rate.as_deref().and_then(rate);
        let base = self.r_frame_rate.as_deref().and_then(rate);
        let is_interlaced =
            self.field_order.as_deref().is_some_and(|order| matches!(order, "tt" | "bb" | "tb" | "bt"));
        // Two half pictures count as two in the base.
        let is_even = |base: f64, average: f64| {
            [1.0, 2.0].iter().any(|times| (base / (average * times) - 1.0).abs() < EVEN_WITHIN)
        };
        Video {
            width: self.width.unwrap_or(0),
            height: self.height.unwrap_or(0),
            pixel_aspect: self.sample_aspect_ratio.as_deref().and_then(aspect),
            pixel_format: self.pix_fmt.clone(),
            bit_depth: self.bit_depth(),
            frames_per_second: average.or(base),
            has_variable_frame_rate: base.zip(average).is_some_and(|(base, average)| !is_even(base, average)),
            is_interlaced,
            rotation_degrees: self.rotation(),
            hdr: self.hdr(),
            mastering: None,
        }
    }

    /// As it is said, else as the name of the pixels' format ends: `yuv420p10le`.
    fn bit_depth(&self) -> u8 {
        let said = number::<u8>(self.bits_per_raw_sample.as_ref()).filter(|bits| *bits > 0);
        let named = self.pix_fmt.as_deref().and_then(|format| {
            let format = format.strip_suffix("le").or_else(|| format.strip_suffix("be"))?;
            let letters = format.trim_end_matches(|letter: char| letter.is_ascii_digit());
            format[letters.len()..].parse().ok()
        });
        said.or(named).unwrap_or(8)
    }

    fn rotation(&self) -> u16 {
        // The matrix says how far it is turned against the clock; the tag of old, which way it is to be turned.
        let by_matrix = self.side_data_list.iter().find_map(|data| data.rotation).map(|degrees| -degrees);
        let by_tag = self.tags.get("rotate").and_then(|degrees| degrees.parse().ok());
        let quarters = (by_matrix.or(by_tag).unwrap_or(0.0) / 90.0).round() as i64;
        u16::try_from(quarters.rem_euclid(4) * 90).unwrap_or(0)
    }

    fn hdr(&self) -> Option<Hdr> {
        if self.side_data_list.iter().any(|data| data.side_data_type.starts_with("DOVI")) {
            return Some(Hdr::DolbyVision);
        }
        match self.color_transfer.as_deref() {
            Some("smpte2084") => Some(Hdr::Hdr10),
            Some("arib-std-b67") => Some(Hdr::Hlg),
            _ => None,
        }
    }
}

fn number<T: std::str::FromStr>(text: Option<&String>) -> Option<T> {
    text.and_then(|text| text.parse().ok())
}

fn milliseconds(text: Option<&String>) -> Option<u64> {
    number::<f64>(text).filter(|seconds| *seconds >= 0.0).map(|seconds| (seconds * 1_000.0).round() as u64)
}

/// `30000/1001`; none if it says nothing, as `0/0` does.
fn rate(text: &str) -> Option<f64> {
    let (above, below) = text.split_once('/')?;
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    (above > 0.0 && below > 0.0).then(|| above / below)
}

/// `64:45`; none of pixels that are square, or of which nothing is known.
fn aspect(text: &str) -> Option<(u32, u32)> {
    let (across, down) = text.split_once(':')?;
    let (across, down): (u32, u32) = (across.parse().ok()?, down.parse().ok()?);
    (across > 0 && down > 0 && across != down).then_some((across, down))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(stream: &str) -> Stream {
        medium(&format!("{{\"streams\": [{stream}]}}")).unwrap().streams.remove(0)
    }

    fn video(fields: &str) -> Video {
        let said = format!(r#"{{"index": 0, "codec_type": "video", "width": 1920, "height": 1080{fields}}}"#);
        match only(&said).content {
            Content::Video(video) => video,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_turned_picture_is_turned_clockwise_whoever_says_so() {
        for (fields, turned) in [
            ("", 0),
            (r#", "side_data_list": [{"side_data_type": "Display Matrix", "rotation": -90}]"#, 90),
            (r#", "side_data_list": [{"side_data_type": "Display Matrix", "rotation": 90}]"#, 270),
            (r#", "tags": {"rotate": "180"}"#, 180),
        ] {
            assert_eq!(video(fields).rotation_degrees, turned, "{fields}");
        }
    }

    #[test]
    fn light_depth_and_times_are_read_from_what_is_said_of_them() {
        let pq = video(r#", "pix_fmt": "yuv420p10le", "color_transfer": "smpte2084""#);
        assert_eq!((pq.hdr, pq.bit_depth), (Some(Hdr::Hdr10), 10));
        let vision = video(r#", "side_data_list": [{"side_data_type": "DOVI configuration record"}]"#);
        assert_eq!((vision.hdr, vision.bit_depth), (Some(Hdr::DolbyVision), 8));
        assert_eq!(video(r#", "color_transfer": "arib-std-b67""#).hdr, Some(Hdr::Hlg));
        for (base, average, is_variable) in [
            ("25/1", "25/1", false),
            ("50/1", "25/1", false),
            ("30000/1001", "30/1", false),
            ("60/1", "23976/1000", true),
            ("0/0", "25/1", false),
        ] {
            let rates = format!(r#", "r_frame_rate": "{base}", "avg_frame_rate": "{average}""#);
            assert_eq!(video(&rates).has_variable_frame_rate, is_variable, "{base} {average}");
        }
        assert_eq!(video(r#", "sample_aspect_ratio": "64:45""#).pixel_aspect, Some((64, 45)));
        assert_eq!(video(r#", "sample_aspect_ratio": "1:1""#).pixel_aspect, None);
    }

    #[test]
    fn a_cover_is_no_film_and_words_are_text_or_pictures() {
        let cover = r#"{"index": 1, "codec_type": "video", "disposition": {"attached_pic": 1}}"#;
        assert_eq!(only(cover).content, Content::Cover {});
        let words = |codec: &str| {
            only(&format!(r#"{{"index": 1, "codec_type": "subtitle", "codec_name": "{codec}"}}"#)).content
        };
        assert_eq!(words("subrip"), Content::Subtitle { is_text: true });
        assert_eq!(words("hdmv_pgs_subtitle"), Content::Subtitle { is_text: false });
    }

    #[test]
    fn what_is_said_of_a_language_and_of_a_commentary_is_told() {
        let said = r#"{"index": 2, "codec_type": "audio", "codec_name": "aac", "channels": 6, "sample_rate": "48000",
            "tags": {"language": "eng", "title": "Director's Commentary", "BPS": "128000"}, "disposition": {"default": 1}}"#;
        let Stream { language, is_commentary, is_default, bits_per_second, .. } = only(said);
        assert_eq!((language.as_deref(), is_commentary, is_default), (Some("eng"), true, true));
        assert_eq!(bits_per_second, Some(128_000));
        assert_eq!(
            only(r#"{"index": 0, "codec_type": "audio", "tags": {"language": "und"}}"#).language,
            None
        );
    }
}
