//! The pages: for people, and for what yt-dlp's own extractor finds in pages.

use std::{fmt::Write, sync::Arc};

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde_json::json;

use super::{
    control,
    item::{Item, Rendition},
    site::Shared,
    text::escape,
};

/// Rows of a list that its page shows.
const ROWS_MAX: usize = 100;

/// How a page says where its video is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// `og:video` in the head.
    OpenGraph,
    /// A `<video>` with two sources.
    VideoElement,
    /// A JSON-LD `VideoObject`.
    JsonLd,
}

impl PageKind {
    const ALL: [Self; 3] = [Self::OpenGraph, Self::VideoElement, Self::JsonLd];

    const fn name(self) -> &'static str {
        match self {
            Self::OpenGraph => "open-graph",
            Self::VideoElement => "video-element",
            Self::JsonLd => "json-ld",
        }
    }

    pub(super) fn path(self, item_id: &str) -> String {
        format!("/pages/{}/{item_id}", self.name())
    }

    /// What goes into the head and into the body.
    fn markup(self, site: &Shared, item: &Item) -> (String, String) {
        let video = site.media_url(&item.id, Rendition::Video720);
        match self {
            Self::OpenGraph => (open_graph(&video, item), String::new()),
            Self::VideoElement => (String::new(), video_element(site, item)),
            Self::JsonLd => (json_ld(site, &video, item), String::new()),
        }
    }
}

/// `GET /`
pub(super) async fn front(State(site): State<Arc<Shared>>) -> Html<String> {
    let mut rows = String::new();
    for list in site.lists.names().iter().filter_map(|name| site.lists.find(name)) {
        let name = escape(list.name());
        writeln!(
            rows,
            "<tr><td><a href=\"/lists/{name}\">{}</a><td>{}<td><a href=\"/feeds/{name}/podcast.xml\">podcast</a>, \
             <a href=\"/feeds/{name}/media.xml\">Media-RSS</a>, <a href=\"/api/lists/{name}\">JSON</a>\
             <td>{}</tr>",
            escape(&list.title()),
            list.len(),
            control::list_buttons(&name)
        )
        .expect("writing to a string can't fail");
    }
    let body = format!(
        "<p>A small site that does what real ones do, on demand. Point Mediary (or yt-dlp) at any of these \
         addresses, change something here, and list again.</p>\n\
         <table><tr><th>list<th>entries<th>also as<th>change it</tr>\n{rows}</table>\n\
         <p>Pages: <a href=\"/items/videos-1\">an item</a>, <a href=\"{}\">Open Graph</a>, \
         <a href=\"{}\">&lt;video&gt;</a>, <a href=\"{}\">JSON-LD</a>, <a href=\"/pages/nothing\">no media here</a>.\
         </p>\n{}",
        PageKind::OpenGraph.path("videos-1"),
        PageKind::VideoElement.path("videos-1"),
        PageKind::JsonLd.path("videos-1"),
        control::help()
    );
    Html(page("Sample site", "", &body))
}

/// `GET /lists/<name>`
pub(super) async fn list(State(site): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    let Some(list) = site.lists.find(&name) else { return missing() };
    let slice = list.slice(0..ROWS_MAX);
    let mut rows = String::new();
    for item in &slice.items {
        writeln!(rows, "<li><a href=\"/items/{}\">{}</a></li>", item.id, escape(item.shown_title()))
            .expect("writing to a string can't fail");
    }
    let shown = slice.items.len();
    let body = format!("<p>{} entries, the first {shown} here.</p>\n<ol>\n{rows}</ol>", slice.total);
    Html(page(&slice.title, "", &body)).into_response()
}

/// `GET /items/<id>`: all kinds of markup at once.
pub(super) async fn item(State(site): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    item_page(&site, &id, &PageKind::ALL)
}

/// `GET /pages/<kind>/<id>`: one kind of markup.
pub(super) async fn variant(
    State(site): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
) -> Response {
    let kind = PageKind::ALL.into_iter().find(|known| known.name() == kind);
    kind.map_or_else(missing, |kind| item_page(&site, &id, &[kind]))
}

/// `GET /pages/nothing`
pub(super) async fn nothing() -> Html<String> {
    Html(page("No media here", "", "<p>This page has text and <a href=\"/\">a link</a>, and no media.</p>"))
}

fn item_page(site: &Shared, id: &str, kinds: &[PageKind]) -> Response {
    let Some(item) = site.lists.item(id) else { return missing() };
    if let Some(refusal) = item.refusal() {
        let text = format!("<p>{}</p>", escape(item.shown_title()));
        return (refusal, Html(page("Not available", "", &text))).into_response();
    }
    let (mut head, mut body) = (String::new(), String::new());
    for kind in kinds {
        let (in_head, in_body) = kind.markup(site, &item);
        head.push_str(&in_head);
        body.push_str(&in_body);
    }
    Html(page(&item.title, &head, &body)).into_response()
}

fn open_graph(video: &str, item: &Item) -> String {
    let (title, video) = (escape(&item.title), escape(video));
    format!(
        "<meta property=\"og:type\" content=\"video.other\"><meta property=\"og:title\" content=\"{title}\">\
         <meta property=\"og:video\" content=\"{video}\"><meta property=\"og:video:type\" content=\"video/mp4\">"
    )
}

fn video_element(site: &Shared, item: &Item) -> String {
    let source = |rendition, label| {
        let url = site.media_url(&item.id, rendition);
        format!("<source src=\"{}\" type=\"video/mp4\" label=\"{label}\">", escape(&url))
    };
    let sources = source(Rendition::Video720, "720p") + &source(Rendition::Video180, "180p");
    format!("<video controls width=\"640\">{sources}</video>\n")
}

fn json_ld(site: &Shared, video: &str, item: &Item) -> String {
    let record = json!({
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": item.title,
        "description": "Made for trying things out.",
        "duration": format!("PT{}S", item.duration_seconds()),
        "uploadDate": item.published.to_string(),
        "thumbnailUrl": site.media_url(&item.id, Rendition::Thumbnail),
        "contentUrl": video,
    });
    // A title with `</script>` must not end the element.
    let record = record.to_string().replace('<', "\\u003c");
    format!("<script type=\"application/ld+json\">{record}</script>")
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, Html(page("Not found", "", "<p>There is no such list or item.</p>")))
        .into_response()
}

fn page(title: &str, head: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>{head}</head>\n\
         <body><h1>{title}</h1>\n{body}\n</body></html>\n"
    )
}
