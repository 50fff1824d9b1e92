//! The JSON API that the plugin extractor reads: lists in pages, items with their formats.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use mediary_schema::playlist::Availability;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    content,
    item::{BROADCASTS, Item, Oddity, Offer, Rendition},
    site::Shared,
};

/// Entries a page, unless asked otherwise.
const PER_PAGE: usize = 50;
/// Entries a page at most, as real sites limit it.
const PER_PAGE_MAX: usize = 500;

/// Which part of a list is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    page: Option<usize>,
    per_page: Option<usize>,
}

/// `GET /api/lists/<name>?page=N&per_page=50`, pages from 1.
pub(super) async fn list(
    State(site): State<Arc<Shared>>,
    Path(name): Path<String>,
    Query(part): Query<Part>,
    headers: HeaderMap,
) -> Response {
    if !site.lists.admits(&name, &headers) {
        return not_signed_in();
    }
    let Some(list) = site.lists.find(&name) else { return not_found() };
    let page = part.page.unwrap_or(1).max(1);
    let per_page = part.per_page.unwrap_or(PER_PAGE).clamp(1, PER_PAGE_MAX);
    let start = (page - 1).saturating_mul(per_page);
    let slice = list.slice(start..start.saturating_add(per_page));
    let entries: Vec<Value> =
        slice.items.iter().enumerate().map(|(offset, item)| entry(&site, item, start + offset + 1)).collect();
    Json(json!({
        "id": name,
        "title": slice.title,
        "total": slice.total,
        "page": page,
        "per_page": per_page,
        "entries": entries,
        "lists": slice.lists,
        "nesting": slice.nesting.name(),
    }))
    .into_response()
}

/// A row of a list.
fn entry(site: &Shared, item: &Item, index: usize) -> Value {
    let shown = item.is_shown();
    let is_known = shown && item.live_status.is_over();
    let live_status =
        BROADCASTS.iter().find(|(_, status)| *status == item.live_status).map(|(name, _)| *name);
    json!({
        "index": index,
        "id": item.id,
        "title": item.shown_title(),
        "url": site.url(&format!("/items/{}", item.id)),
        "duration": is_known.then_some(item.duration_seconds()),
        "timestamp": shown.then_some(item.published.as_micros() / 1_000_000),
        "availability": availability(item.availability),
        "live_status": live_status,
        "oddity": item.oddity.map(Oddity::name),
    })
}

/// `GET /api/items/<id>`
pub(super) async fn item(
    State(site): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if !site.lists.admits_to(&id, &headers) {
        return not_signed_in();
    }
    let Some(item) = site.lists.item(&id) else { return not_found() };
    let mut record = entry(&site, &item, 0);
    let fields = record.as_object_mut().expect("a row is an object");
    fields.remove("index");
    if item.refusal().is_none() {
        let text = format!("{}. Made for trying things out.", item.title);
        fields.insert("description".to_owned(), text.into());
        fields.insert("thumbnail".to_owned(), site.media_url(&item.id, Rendition::Thumbnail).into());
        fields.insert("subtitles".to_owned(), site.media_url(&item.id, Rendition::Subtitles).into());
        fields.insert("formats".to_owned(), formats(&site, &item).await.into());
        if item.offer() == Offer::FilesAndHls {
            fields.insert("hls".to_owned(), site.media_url(&item.id, Rendition::Hls).into());
        }
    }
    Json(record).into_response()
}

/// The files as yt-dlp's formats, the best last.
async fn formats(site: &Shared, item: &Item) -> Vec<Value> {
    let offered: &[Rendition] = match item.offer() {
        Offer::Files | Offer::FilesAndHls => &[Rendition::Video180, Rendition::Video720],
        Offer::Tracks => &[Rendition::Video180, Rendition::AudioM4a, Rendition::Picture720],
    };
    let mut formats = Vec::with_capacity(offered.len());
    for &rendition in offered {
        let mut format = format(rendition);
        format["url"] = site.media_url(&item.id, rendition).into();
        format["filesize"] = content::length(site, item, rendition).await.into();
        formats.push(format);
    }
    formats
}

fn format(rendition: Rendition) -> Value {
    let (video, audio) = ("avc1", "mp4a.40.2");
    match rendition {
        Rendition::Video720 => {
            json!({ "format_id": "720p", "ext": "mp4", "width": 1280, "height": 720, "vcodec": video, "acodec": audio })
        }
        Rendition::Picture720 => {
            json!({ "format_id": "720p-video", "ext": "mp4", "width": 1280, "height": 720, "vcodec": video, "acodec": "none" })
        }
        Rendition::AudioM4a => {
            json!({ "format_id": "audio", "ext": "m4a", "vcodec": "none", "acodec": audio })
        }
        _ => {
            json!({ "format_id": "180p", "ext": "mp4", "width": 320, "height": 180, "vcodec": video, "acodec": audio })
        }
    }
}

/// The word that yt-dlp has for it.
fn availability(availability: Availability) -> &'static str {
    match availability {
        Availability::Available => "public",
        Availability::Private => "private",
        Availability::MembersOnly => "subscriber_only",
        Availability::NeedsLogin => "needs_auth",
        Availability::Deleted => "deleted",
        Availability::Unavailable => "unavailable",
    }
}

fn not_signed_in() -> Response {
    (StatusCode::UNAUTHORIZED, Json(json!({ "error": "sign in to see this" }))).into_response()
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({ "error": "there is no such list or item" }))).into_response()
}
