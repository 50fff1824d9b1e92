//! Lists as feeds, for readers of feeds and yt-dlp's own extractor.
//!
//! What can't be seen by everybody isn't in a feed, as with real ones.

use std::{fmt::Write, sync::Arc};

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    content,
    item::{Item, Rendition},
    list::Slice,
    site::Shared,
    text::{escape, http_date},
};

/// `GET /feeds/<name>/podcast.xml`: RSS with enclosures and Apple's fields.
pub(super) async fn podcast(State(site): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    let Some(slice) = visible(&site, &name) else { return StatusCode::NOT_FOUND.into_response() };
    let mut items = String::new();
    for item in &slice.items {
        items.push_str(&podcast_item(&site, item).await);
    }
    rss(&site, &name, &slice.title, r#"xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd""#, &items)
}

/// `GET /feeds/<name>/media.xml`: RSS with links and the media as Yahoo's extension has it.
pub(super) async fn media_rss(State(site): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    let Some(slice) = visible(&site, &name) else { return StatusCode::NOT_FOUND.into_response() };
    let mut items = String::new();
    for item in &slice.items {
        items.push_str(&media_item(&site, item).await);
    }
    rss(&site, &name, &slice.title, r#"xmlns:media="http://search.yahoo.com/mrss/""#, &items)
}

fn visible(site: &Shared, name: &str) -> Option<Slice> {
    let mut slice = site.lists.find(name)?.slice(0..usize::MAX);
    slice.items.retain(|item| item.refusal().is_none());
    Some(slice)
}

async fn podcast_item(site: &Shared, item: &Item) -> String {
    let audio = site.media_url(&item.id, Rendition::AudioMp3);
    let length = content::length(site, item, Rendition::AudioMp3).await.unwrap_or(0);
    let seconds = item.duration_seconds();
    let mut text = item_start(site, item);
    writeln!(
        text,
        "<enclosure url=\"{}\" length=\"{length}\" type=\"audio/mpeg\"/>\
         <itunes:duration>00:00:{seconds:02}</itunes:duration></item>",
        escape(&audio)
    )
    .expect("writing to a string can't fail");
    text
}

async fn media_item(site: &Shared, item: &Item) -> String {
    let video = site.media_url(&item.id, Rendition::Video720);
    let thumbnail = site.media_url(&item.id, Rendition::Thumbnail);
    let length = content::length(site, item, Rendition::Video720).await.unwrap_or(0);
    let mut text = item_start(site, item);
    writeln!(
        text,
        "<media:content url=\"{}\" fileSize=\"{length}\" type=\"video/mp4\" duration=\"{}\" width=\"1280\" \
         height=\"720\"/><media:thumbnail url=\"{}\"/></item>",
        escape(&video),
        item.duration_seconds(),
        escape(&thumbnail)
    )
    .expect("writing to a string can't fail");
    text
}

/// What items of both feeds begin with.
fn item_start(site: &Shared, item: &Item) -> String {
    format!(
        "<item><title>{title}</title><link>{link}</link><guid isPermaLink=\"false\">{id}</guid>\
         <pubDate>{date}</pubDate><description>{title}. Made for trying things out.</description>",
        title = escape(&item.title),
        link = escape(&site.url(&format!("/items/{}", item.id))),
        id = item.id,
        date = http_date(item.published),
    )
}

fn rss(site: &Shared, name: &str, title: &str, namespace: &str, items: &str) -> Response {
    let link = site.url(&format!("/lists/{name}"));
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" {namespace}><channel>\
         <title>{}</title><link>{}</link><description>A list of the sample site.</description>\n\
         {items}</channel></rss>\n",
        escape(title),
        escape(&link)
    );
    ([(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")], text).into_response()
}
