//! Addresses that are the media file itself, such as those of podcasts.
//!
//! To see what an address is, yt-dlp opens it and drops the answer after the first bytes, by when a
//! server on a fast line has sent half a megabyte of the film. What says of itself that it is a media file
//! needs no looking at, so it is described here, as yt-dlp would.

use mediary_schema::{FailureClass, item::ItemSource, job::Failure};
use reqwest::{
    Response,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use serde_json::{Value, json};

use super::{engine::YtDlp, entry::GENERIC, validators::failure_of};

/// Types of media that are one file, and the extension of such files.
const TYPES: &[(&str, &str)] = &[
    ("video/mp4", "mp4"),
    ("video/x-m4v", "mp4"),
    ("video/webm", "webm"),
    ("video/quicktime", "mov"),
    ("video/x-matroska", "mkv"),
    ("audio/mpeg", "mp3"),
    ("audio/mp3", "mp3"),
    ("audio/mp4", "m4a"),
    ("audio/x-m4a", "m4a"),
    ("audio/aac", "aac"),
    ("audio/ogg", "ogg"),
    ("audio/opus", "opus"),
    ("audio/flac", "flac"),
    ("audio/wav", "wav"),
    ("audio/x-wav", "wav"),
];

/// What yt-dlp would say of the item, if its address is the file itself; none leaves it to yt-dlp.
///
/// Fails if the source asks for a pause: it is not asked by anybody else then.
pub(super) async fn describe(engine: &YtDlp, source: &ItemSource) -> Result<Option<Value>, Failure> {
    // What is smuggled behind the address is for yt-dlp.
    if source.extractor != GENERIC || source.url.contains('#') {
        return Ok(None);
    }
    let Ok(answer) = engine.prober().head(&source.url).await else { return Ok(None) };
    match failure_of(&answer) {
        Some(failure) if failure.class == FailureClass::RateLimit => Err(failure),
        Some(_) => Ok(None),
        None => Ok(description(source, &answer)),
    }
}

fn description(source: &ItemSource, answer: &Response) -> Option<Value> {
    if !answer.status().is_success() {
        return None;
    }
    let content_type = answer.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let bare = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (_, extension) = TYPES.iter().find(|(name, _)| *name == bare)?;
    let length = answer.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    Some(json!({
        "_type": "video",
        "id": source.source_id,
        // Unknown: what a feed says of it stands in the list.
        "title": "",
        "extractor": GENERIC,
        "extractor_key": "Generic",
        "url": source.url,
        "ext": extension,
        "format_id": extension,
        "protocol": "http",
        "filesize": length.and_then(|length| length.parse::<u64>().ok()),
        "vcodec": bare.starts_with("audio/").then_some("none"),
    }))
}
