//! What ffprobe says of a file.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

/// A file, stream by stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its streams, in their order.
    pub streams: Vec<Stream>,
    /// How many chapters it has.
    pub chapters: usize,
}

/// What a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Moving pictures.
    Pictures,
    /// Sound.
    Sound,
    /// Subtitles.
    Words,
    /// A font, or another file.
    Attached,
    /// A picture that stands for the whole.
    Cover,
    /// Anything else.
    Data,
}

/// How much light pictures mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// As every screen shows it.
    Usual,
    /// PQ; whether it says on which display it was mastered.
    Pq(bool),
    /// HLG.
    Hlg,
}

/// A stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// Its number.
    pub index: u32,
    /// What it is.
    pub kind: Kind,
    /// Its language as a code of two or three letters.
    pub language: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// How many channels sound has.
    pub channels: u64,
    /// Width by height of pictures as they are shown: turned, with their pixels' shape.
    pub shape: f64,
    /// How many lines pictures are shown with.
    pub lines: f64,
    /// How much light they mean.
    pub light: Light,
    /// Whether they are half pictures.
    pub is_half: bool,
    /// When it begins and ends, in seconds, by its packets.
    pub span: Option<(f64, f64)>,
    /// How many packets it has.
    pub packets: usize,
}

impl Seen {
    /// What ffprobe says of a file; none if it can't read it.
    pub async fn of(path: &Path) -> Option<Self> {
        let entries = [
            "-show_streams",
            "-show_chapters",
            "-show_packets",
            "-show_entries",
            "packet=stream_index,pts_time,duration_time",
        ];
        let told = asked(&entries, path).await?;
        let mut spans: BTreeMap<u64, (f64, f64, usize)> = BTreeMap::new();
        for packet in told["packets"].as_array().into_iter().flatten() {
            let (Some(index), Some(begins)) = (packet["stream_index"].as_u64(), seconds(&packet["pts_time"]))
            else {
                continue;
            };
            let ends = begins + seconds(&packet["duration_time"]).unwrap_or_default();
            let span = spans.entry(index).or_insert((begins, ends, 0));
            *span = (span.0.min(begins), span.1.max(ends), span.2 + 1);
        }
        let mut streams = Vec::new();
        for stream in told["streams"].as_array()? {
            let mut stream = Stream::of(stream, &spans)?;
            if stream.light == Light::Pq(false) {
                stream.light = Light::Pq(is_mastered(path, stream.index).await);
            }
            streams.push(stream);
        }
        let chapters = told["chapters"].as_array().map_or(0, Vec::len);
        (!streams.is_empty()).then_some(Self { streams, chapters })
    }

    /// Its streams of a kind, in their order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Stream> {
        self.streams.iter().filter(move |stream| stream.kind == kind)
    }
}

impl Stream {
    fn of(told: &Value, spans: &BTreeMap<u64, (f64, f64, usize)>) -> Option<Self> {
        let text = |field: &str| told[field].as_str();
        let is_cover = told["disposition"]["attached_pic"] == 1;
        let kind = match text("codec_type")? {
            "video" if is_cover => Kind::Cover,
            "video" => Kind::Pictures,
            "audio" => Kind::Sound,
            "subtitle" => Kind::Words,
            "attachment" => Kind::Attached,
            _ => Kind::Data,
        };
        let tag = |names: &[&str]| {
            let tags = told["tags"].as_object()?;
            let found = tags.iter().find(|(name, _)| names.contains(&name.to_lowercase().as_str()));
            found.and_then(|(_, value)| value.as_str()).map(str::to_owned)
        };
        let language = tag(&["language"]).filter(|language| language != "und");
        let (width, height) = (number(&told["width"]), number(&told["height"]));
        let pixel = text("sample_aspect_ratio").and_then(|ratio| ratio.split_once(':'));
        let pixel =
            pixel.and_then(|(across, down)| Some((across.parse::<f64>().ok()?, down.parse::<f64>().ok()?)));
        let pixel = pixel
            .filter(|(across, down)| *across > 0.0 && *down > 0.0)
            .map_or(1.0, |(across, down)| across / down);
        let turned = told["side_data_list"]
            .as_array()
            .into_iter()
            .flatten()
            .find_map(|data| data["rotation"].as_i64());
        let is_upright = turned.unwrap_or_default() % 180 == 0;
        let shape = if height > 0.0 { width * pixel / height } else { 0.0 };
        let light = match text("color_transfer") {
            Some("smpte2084") => Light::Pq(has_mastering(told)),
            Some("arib-std-b67") => Light::Hlg,
            _ => Light::Usual,
        };
        let index = told["index"].as_u64()?;
        let span = spans.get(&index);
        Some(Self {
            index: u32::try_from(index).ok()?,
            kind,
            language,
            title: tag(&["title"])
                .or_else(|| tag(&["handler_name"]).filter(|name| !name.ends_with("Handler"))),
            channels: told["channels"].as_u64().unwrap_or_default(),
            shape: if is_upright || shape == 0.0 { shape } else { 1.0 / shape },
            lines: if is_upright { height } else { width },
            light,
            is_half: !matches!(text("field_order"), None | Some("progressive" | "unknown")),
            span: span.map(|(begins, ends, _)| (*begins, *ends)),
            packets: span.map_or(0, |(_, _, packets)| *packets),
        })
    }
}

/// Whether the first picture says on which display it was mastered, where the container does not.
async fn is_mastered(path: &Path, index: u32) -> bool {
    let index = index.to_string();
    let first = ["-select_streams", &index, "-show_frames", "-read_intervals", "%+#1"];
    let told = asked(&first, path).await.unwrap_or_default();
    told["frames"].as_array().into_iter().flatten().any(has_mastering)
}

fn has_mastering(told: &Value) -> bool {
    let mut data = told["side_data_list"].as_array().into_iter().flatten();
    data.any(|data| data["side_data_type"].as_str().is_some_and(|kind| kind.starts_with("Mastering display")))
}

async fn asked(what: &[&str], path: &Path) -> Option<Value> {
    let mut command = super::program(Path::new("ffprobe"));
    let told =
        command.args(["-v", "error", "-of", "json"]).args(what).arg("-i").arg(path).output().await.ok()?;
    told.status.success().then(|| serde_json::from_slice(&told.stdout).ok()).flatten()
}

fn seconds(told: &Value) -> Option<f64> {
    told.as_str()?.parse().ok()
}

fn number(told: &Value) -> f64 {
    told.as_f64().unwrap_or_default()
}
