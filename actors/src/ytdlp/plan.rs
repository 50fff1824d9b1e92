//! What yt-dlp would fetch for an item: which streams, from where, under which names.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use mediary_log::whole;
use mediary_schema::{FailureClass, download::Quality, file::lines, item::ItemSource, job::Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    beside::{self, About, Offered},
    moment::refuse_if_not_yet,
};

/// What there is to fetch for an item in a quality.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// The title.
    pub title: Option<String>,
    /// The duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// The streams that are fetched and, if several, joined.
    pub streams: Vec<Stream>,
    /// The height of the chosen picture.
    pub height: Option<u32>,
    /// The greatest height that the source offers within the quality.
    pub height_offered: Option<u32>,
    /// The size in bytes, perhaps an estimate.
    pub size_bytes: Option<u64>,
    /// The facts that yt-dlp downloads from; none if the address is the file itself and nobody but us fetches it.
    pub info_json: Option<PathBuf>,
    /// What its source says of it besides.
    #[serde(default)]
    pub about: About,
    /// What its source offers beside it.
    #[serde(default)]
    pub offered: Offered,
}

/// One stream of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// The extractor's name for the format.
    pub format_id: String,
    /// The file that it becomes in the staging folder.
    pub file_name: String,
    /// How it is fetched.
    pub protocol: Protocol,
    /// Where it is, or its manifest.
    pub url: String,
    /// What a request has to carry.
    pub headers: BTreeMap<String, String>,
    /// A digest of what the manifest said of its fragments, if the extractor read it already.
    pub fragments: Option<String>,
}

/// How a stream is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// One file over HTTP.
    Http,
    /// HLS: fragments of a playlist.
    Hls,
    /// DASH: fragments of a manifest.
    Dash,
    /// Anything else; it can't be resumed.
    Other,
}

impl Protocol {
    fn of(name: &str) -> Self {
        match name {
            "http" | "https" => Self::Http,
            "m3u8" | "m3u8_native" => Self::Hls,
            "http_dash_segments" => Self::Dash,
            _ => Self::Other,
        }
    }
}

/// The plan of an earlier attempt, kept beside its partial files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) source: ItemSource,
    pub(super) quality: Quality,
    pub(super) extracted: Extracted,
}

const PLAN_FILE: &str = "plan.json";
const INFO_FILE: &str = "info.json";
/// What every file that yt-dlp makes begins with.
pub(super) const MEDIA: &str = "media.";

impl Plan {
    /// The plan of an earlier attempt for the same, if there is one that can be read.
    pub(super) fn load(staging: &Path, source: &ItemSource, quality: &Quality) -> Option<Extracted> {
        let bytes = fs::read(staging.join(PLAN_FILE)).ok()?;
        let plan: Self = serde_json::from_slice(&bytes).ok()?;
        let is_same = plan.source == *source
            && plan.quality == *quality
            && plan.extracted.info_json.as_deref().is_some_and(Path::is_file);
        is_same.then_some(plan.extracted)
    }

    /// Keeps the plan for the next attempt.
    pub(super) fn save(&self, staging: &Path) -> io::Result<()> {
        whole::write(&staging.join(PLAN_FILE), &serde_json::to_vec(self).map_err(io::Error::other)?)
    }
}

/// Reads what yt-dlp extracted and writes what it downloads from into the staging folder.
pub(super) fn adopt(info: Value, quality: &Quality, staging: &Path) -> Result<Extracted, Failure> {
    let mut info = single(info)?;
    forget_cookies(&mut info);
    refuse_if_not_yet(&info)?;
    let offered = offered_heights(&info, quality);
    let mut chosen = chosen_formats(&info);
    let streams = name_streams(&mut chosen)?;
    let extracted = Extracted {
        title: text(&info, "title").filter(|title| !title.is_empty()),
        duration_ms: info.get("duration").and_then(Value::as_f64).map(|seconds| (seconds * 1000.0) as u64),
        height: chosen.iter().filter_map(height).max(),
        height_offered: offered,
        size_bytes: size(&chosen),
        streams,
        info_json: Some(staging.join(INFO_FILE)),
        about: About::of(&info),
        offered: Offered::of(&info),
    };
    let whole_info = info.clone();
    keep_only(&mut info, chosen);
    let bytes = serde_json::to_vec(&info).expect("a JSON value can be written");
    let written = whole::write(&staging.join(INFO_FILE), &bytes)
        .and_then(|()| beside::write(&whole_info, &info, staging));
    written.map_err(|error| {
        Failure::new(crate::process::storage_class(&error), format!("the plan can't be written: {error}"))
    })?;
    Ok(extracted)
}

/// Takes out the cookies that yt-dlp writes beside each address: what it is to send, it is given apart.
fn forget_cookies(facts: &mut Map<String, Value>) {
    facts.remove("cookies");
    facts.retain(|name, _| !name.eq_ignore_ascii_case("cookie"));
    for value in facts.values_mut() {
        forget_within(value);
    }
}

fn forget_within(value: &mut Value) {
    match value {
        Value::Object(facts) => forget_cookies(facts),
        Value::Array(items) => items.iter_mut().for_each(forget_within),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The one item: an address of a list with one entry stands for that entry.
fn single(info: Value) -> Result<Map<String, Value>, Failure> {
    let Value::Object(mut info) = info else { return Err(unsupported("yt-dlp described no item")) };
    if text(&info, "_type").as_deref() != Some("playlist") {
        return Ok(info);
    }
    match info.remove("entries") {
        Some(Value::Array(mut entries)) if entries.len() == 1 => match entries.pop() {
            Some(Value::Object(entry)) => Ok(entry),
            _ => Err(unsupported("yt-dlp described no item")),
        },
        _ => Err(unsupported("the address holds a list and not one item; add it as a playlist")),
    }
}

fn unsupported(message: &str) -> Failure {
    Failure::new(FailureClass::Unsupported, message)
}

/// The formats that the quality chose; the item itself if it has no choice.
fn chosen_formats(info: &Map<String, Value>) -> Vec<Map<String, Value>> {
    if let Some(Value::Array(requested)) = info.get("requested_formats")
        && !requested.is_empty()
    {
        return requested.iter().filter_map(Value::as_object).cloned().collect();
    }
    let is_chosen = |format: &&Map<String, Value>| format.get("format_id") == info.get("format_id");
    let formats = info.get("formats").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let chosen = formats.iter().filter_map(Value::as_object).find(is_chosen);
    vec![chosen.unwrap_or(info).clone()]
}

/// Gives the formats names of our own, so that the files' names are known and safe.
fn name_streams(chosen: &mut [Map<String, Value>]) -> Result<Vec<Stream>, Failure> {
    let several = chosen.len() > 1;
    let mut streams = Vec::new();
    for (number, format) in chosen.iter_mut().enumerate() {
        let url = text(format, "url").ok_or_else(|| unsupported("a format has no address"))?;
        let extension = text(format, "ext").filter(|ext| is_plain(ext)).unwrap_or_else(|| "bin".to_owned());
        let file_name =
            if several { format!("{MEDIA}f{number}.{extension}") } else { format!("{MEDIA}{extension}") };
        streams.push(Stream {
            format_id: text(format, "format_id").unwrap_or_default(),
            file_name,
            protocol: text(format, "protocol").map_or(Protocol::Other, |name| Protocol::of(&name)),
            url: text(format, "manifest_url").filter(|_| is_dash(format)).unwrap_or(url),
            headers: headers(format),
            fragments: format.get("fragments").map(|list| digest(list.to_string().as_bytes())),
        });
        format.insert("format_id".to_owned(), number.to_string().into());
        format.insert("ext".to_owned(), extension.into());
    }
    Ok(streams)
}

fn is_dash(format: &Map<String, Value>) -> bool {
    text(format, "protocol").is_some_and(|name| Protocol::of(&name) == Protocol::Dash)
}

fn is_plain(extension: &str) -> bool {
    (1..=8).contains(&extension.len()) && extension.chars().all(|character| character.is_ascii_alphanumeric())
}

/// Leaves in the facts what the download needs.
///
/// Without the other formats, the same choice meets the same streams. Without the page's address, a
/// download that fails is not tried again by yt-dlp with new facts that nobody compared.
fn keep_only(info: &mut Map<String, Value>, mut chosen: Vec<Map<String, Value>>) {
    const DROPPED: [&str; 11] = [
        "webpage_url",
        "original_url",
        "requested_downloads",
        "requested_formats",
        "requested_subtitles",
        "automatic_captions",
        "subtitles",
        "thumbnails",
        "heatmap",
        "comments",
        "formats",
    ];
    for name in DROPPED {
        info.remove(name);
    }
    // What yt-dlp tells itself while it works, printed as far as it can be.
    info.retain(|name, _| !name.starts_with("__"));
    if chosen.len() == 1
        && let Some(only) = chosen.pop()
    {
        info.extend(only.into_iter().filter(|(name, _)| !DROPPED.contains(&name.as_str())));
    } else {
        for name in ["url", "format_id", "protocol", "ext"] {
            info.remove(name);
        }
        info.insert("formats".to_owned(), chosen.into_iter().map(Value::Object).collect());
    }
}

fn offered_heights(info: &Map<String, Value>, quality: &Quality) -> Option<u32> {
    let formats = info.get("formats").and_then(Value::as_array)?;
    let fits = |format: &&Map<String, Value>| {
        let lines = lines(pixels(format, "width"), height(format));
        lines.zip(quality.height_max).is_none_or(|(lines, most)| lines <= most)
    };
    formats.iter().filter_map(Value::as_object).filter(fits).filter_map(height).max()
}

fn height(format: &Map<String, Value>) -> Option<u32> {
    pixels(format, "height")
}

fn pixels(format: &Map<String, Value>, side: &str) -> Option<u32> {
    format.get(side).and_then(Value::as_u64).and_then(|pixels| u32::try_from(pixels).ok())
}

fn size(chosen: &[Map<String, Value>]) -> Option<u64> {
    let size = |format: &Map<String, Value>| {
        ["filesize", "filesize_approx"].iter().find_map(|name| format.get(*name)?.as_u64())
    };
    chosen.iter().map(size).sum()
}

fn headers(format: &Map<String, Value>) -> BTreeMap<String, String> {
    let headers = format.get("http_headers").and_then(Value::as_object).into_iter().flatten();
    headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

pub(super) fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

pub(super) fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn adopted(info: Value, quality: &str) -> (Result<Extracted, Failure>, Value) {
        let folder = tempfile::tempdir().unwrap();
        let quality = quality.parse().unwrap();
        let extracted = adopt(info, &quality, folder.path());
        let kept = fs::read(folder.path().join(INFO_FILE)).ok();
        (extracted, kept.map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap()))
    }

    #[test]
    fn only_the_chosen_formats_are_left_under_names_of_our_own() {
        let format = |id: &str, height: Option<u32>| {
            json!({"format_id": id, "height": height, "ext": "mp4", "protocol": "https", "filesize": 10,
                "url": format!("http://a.example/{id}"), "http_headers": {"Referer": "x"}})
        };
        let info = json!({
            "_type": "video", "title": "T", "duration": 2.5, "webpage_url": "http://a.example/", "format_id": "../a+b",
            "formats": [format("../a", Some(360)), format("b", None), format("c", Some(720)), format("d", Some(1080))],
            "requested_formats": [format("../a", Some(360)), format("b", None)],
        });
        let (extracted, kept) = adopted(info, "720p");
        let extracted = extracted.unwrap();
        let names: Vec<_> = extracted.streams.iter().map(|stream| stream.file_name.as_str()).collect();
        assert_eq!(names, ["media.f0.mp4", "media.f1.mp4"]);
        assert_eq!((extracted.height, extracted.height_offered), (Some(360), Some(720)));
        assert_eq!((extracted.size_bytes, extracted.duration_ms), (Some(20), Some(2500)));
        assert_eq!(extracted.streams[0].headers["Referer"], "x");
        let ids: Vec<_> =
            kept["formats"].as_array().unwrap().iter().map(|format| &format["format_id"]).collect();
        assert_eq!(ids, ["0", "1"]);
        assert_eq!(kept.get("webpage_url"), None, "yt-dlp would begin anew with it");
    }

    #[test]
    fn an_item_without_choice_is_its_own_format() {
        let info = json!({"_type": "video", "format_id": "0", "ext": "../sh", "protocol": "http", "url": "http://a.example/x"});
        let (extracted, kept) = adopted(info, "best");
        let extracted = extracted.unwrap();
        assert_eq!(extracted.streams[0].file_name, "media.bin");
        assert_eq!((&kept["ext"], &kept["url"]), (&json!("bin"), &json!("http://a.example/x")));
    }

    #[test]
    fn lists_and_broadcasts_are_no_items() {
        let entry = json!({"_type": "video", "format_id": "0", "ext": "mp4", "protocol": "http", "url": "http://a.example/x"});
        let list = |entries: &[&Value]| json!({"_type": "playlist", "entries": entries});
        assert!(adopted(list(&[&entry]), "best").0.is_ok());
        for info in [list(&[&entry, &entry]), list(&[]), json!([])] {
            assert_eq!(adopted(info, "best").0.unwrap_err().class, FailureClass::Unsupported);
        }
        // Field 14: what could be had of it is a torso, and would count as kept for ever.
        for live_status in ["is_live", "is_upcoming", "post_live"] {
            let mut broadcast = entry.clone();
            broadcast["live_status"] = json!(live_status);
            assert_eq!(adopted(broadcast, "best").0.unwrap_err().class, FailureClass::NotYet);
        }
        let mut recording = entry;
        recording["live_status"] = json!("was_live");
        assert!(adopted(recording, "best").0.is_ok());
    }
}
