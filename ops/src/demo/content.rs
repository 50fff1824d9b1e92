//! The files of items: whole, in ranges, and under conditions (RFC 9110, 13 and 14).

use std::{ops::Range, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use mediary_schema::Timestamp;

use super::{
    error::Result,
    fault::{Etag, Fault, Rule},
    item::{Item, Rendition},
    recipe::Clip,
    site::Shared,
    text::http_date,
};

/// 2026-01-01 00:00 UTC: when the files were last changed, before any swap.
const MODIFIED: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
/// A month later: when they were swapped.
const SWAPPED: Timestamp = Timestamp::from_micros(1_769_904_000_000_000);

/// What faults do to a file, handed from `delivery` with the request.
#[derive(Debug, Clone, Default)]
pub(super) struct Alterations {
    swap: Option<Etag>,
    truncate: Option<u64>,
    refuse_range: bool,
}

impl Alterations {
    /// What the rules that a request met add up to.
    pub(super) fn of(rules: &[Arc<Rule>]) -> Self {
        let mut all = Self::default();
        for rule in rules {
            match rule.fault {
                Fault::Swap { etag } if rule.spend() => all.swap = Some(etag),
                Fault::Truncate { bytes } if rule.spend() => all.truncate = Some(bytes),
                Fault::RefuseRange if rule.spend() => all.refuse_range = true,
                _ => {}
            }
        }
        all
    }
}

/// A file as it is served: a clip's bytes, and a tail that is the item's own.
struct Content {
    clip: Bytes,
    tail: Bytes,
    etag: String,
    modified: Timestamp,
}

impl Content {
    fn len(&self) -> usize {
        self.clip.len() + self.tail.len()
    }

    fn truncate(&mut self, len: usize) {
        self.tail.truncate(len.saturating_sub(self.clip.len()));
        self.clip.truncate(len);
    }

    /// A part as a body, without copying.
    fn body(&self, range: Range<usize>) -> Body {
        let split = self.clip.len();
        let clip = self.clip.slice(range.start.min(split)..range.end.min(split));
        let tail = self.tail.slice(range.start.max(split) - split..range.end.max(split) - split);
        let parts = [clip, tail].into_iter().filter(|part| !part.is_empty());
        Body::from_stream(stream::iter(parts.map(Ok::<_, std::convert::Infallible>)))
    }
}

/// `GET /media/<item>/<file>`
pub(super) async fn serve(
    State(site): State<Arc<Shared>>,
    Path((id, file)): Path<(String, String)>,
    request: Request,
) -> Response {
    let Some(item) = site.lists.item(&id) else { return StatusCode::NOT_FOUND.into_response() };
    if !site.lists.admits_to_files_of(&id, request.headers()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if let Some(refusal) = item.refusal() {
        return refusal.into_response();
    }
    let altered = request.extensions().get::<Alterations>().cloned().unwrap_or_default();
    match load(&site, &item, &file, &altered).await {
        Ok(Some(content)) => answer(&request, &content, &file, altered.refuse_range),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, %id, %file, "sample file can't be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The whole length of an item's file, as feeds and the API promise it.
pub(super) async fn length(site: &Shared, item: &Item, rendition: Rendition) -> Option<usize> {
    let content = load(site, item, rendition.file_name(), &Alterations::default()).await;
    content.ok().flatten().map(|content| content.len())
}

async fn load(site: &Shared, item: &Item, file: &str, altered: &Alterations) -> Result<Option<Content>> {
    let clip = if altered.swap.is_some() { item.clip.other() } else { item.clip };
    let bytes = if file == Rendition::Subtitles.file_name() {
        Some(Bytes::from(item.subtitles()))
    } else {
        site.media.read(clip, &segment_of(clip, file)).await?
    };
    let Some(bytes) = bytes else { return Ok(None) };
    let (named_after, modified) = match altered.swap {
        Some(Etag::New) => (clip, SWAPPED),
        Some(Etag::Same) | None => (item.clip, MODIFIED),
    };
    let etag = format!("\"{}.{}.{}\"", named_after.name, item.id, file.replace('/', "."));
    let mut content = Content { clip: bytes, tail: item.tail(file), etag, modified };
    if let Some(len) = altered.truncate {
        content.truncate(usize::try_from(len).unwrap_or(usize::MAX));
    }
    Ok(Some(content))
}

/// The segment of a clip that stands for one of another clip: clips differ in length.
fn segment_of(clip: &Clip, file: &str) -> String {
    let number = file.strip_suffix(".ts").and_then(|file| file.rsplit_once("/seg"));
    match number.and_then(|(folder, number)| Some((folder, number.parse::<u32>().ok()?))) {
        Some((folder, number)) if number >= clip.seconds => {
            format!("{folder}/seg{:03}.ts", clip.seconds - 1)
        }
        _ => file.to_owned(),
    }
}

fn answer(request: &Request, content: &Content, file: &str, refuse_range: bool) -> Response {
    let headers = request.headers();
    let mut base = HeaderMap::new();
    base.insert(header::ETAG, text(&content.etag));
    base.insert(header::LAST_MODIFIED, text(&http_date(content.modified)));
    base.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(file)));
    if !refuse_range {
        base.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    if is_known(headers, content) {
        return (StatusCode::NOT_MODIFIED, base).into_response();
    }
    let total = content.len();
    let asked =
        if refuse_range || request.method() != Method::GET { Asked::Whole } else { asked(headers, content) };
    let (status, part) = match asked {
        Asked::Whole => (StatusCode::OK, 0..total),
        Asked::Part(part) => {
            let place = format!("bytes {}-{}/{total}", part.start, part.end - 1);
            base.insert(header::CONTENT_RANGE, text(&place));
            (StatusCode::PARTIAL_CONTENT, part)
        }
        Asked::Beyond => {
            base.insert(header::CONTENT_RANGE, text(&format!("bytes */{total}")));
            return (StatusCode::RANGE_NOT_SATISFIABLE, base).into_response();
        }
    };
    base.insert(header::CONTENT_LENGTH, HeaderValue::from(part.len()));
    (status, base, content.body(part)).into_response()
}

/// Whether the client says that it has these very bytes.
fn is_known(headers: &HeaderMap, content: &Content) -> bool {
    let tags = get(headers, header::IF_NONE_MATCH).unwrap_or_default();
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag == content.etag)
}

/// What part of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(Range<usize>),
    Beyond,
}

/// Reads `Range`, unless `If-Range` names other bytes than these.
fn asked(headers: &HeaderMap, content: &Content) -> Asked {
    let Some(range) = get(headers, header::RANGE) else { return Asked::Whole };
    let same = get(headers, header::IF_RANGE)
        .is_none_or(|known| known == content.etag || known == http_date(content.modified));
    if same { parse_range(range, content.len()) } else { Asked::Whole }
}

/// Reads one range of bytes; what isn't understood, or more than one, is answered whole.
fn parse_range(range: &str, total: usize) -> Asked {
    let parsed = range.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'));
    let Some((from, to)) = parsed else { return Asked::Whole };
    let part = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) if from <= to => from..to.saturating_add(1).min(total),
        (Ok(from), Err(_)) if to.is_empty() => from..total,
        (Err(_), Ok(last)) if from.is_empty() => total.saturating_sub(last)..total,
        _ => return Asked::Whole,
    };
    if part.start < part.end { Asked::Part(part) } else { Asked::Beyond }
}

fn get(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).expect("tags and dates are plain ASCII")
}

fn content_type(file: &str) -> &'static str {
    match file.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "mp4" => "video/mp4",
        "m4a" => "audio/mp4",
        "mp3" => "audio/mpeg",
        "ts" => "video/mp2t",
        "m3u8" => "application/vnd.apple.mpegurl",
        "jpg" => "image/jpeg",
        "vtt" => "text/vtt",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        let cases = [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=2-", Asked::Part(2..10)),
            ("bytes=2-99", Asked::Part(2..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-99", Asked::Part(0..10)),
            ("bytes=10-", Asked::Beyond),
            ("bytes=10-12", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=3-2", Asked::Whole),
            ("bytes=0-1,4-5", Asked::Whole),
            ("items=0-1", Asked::Whole),
            ("bytes=x-", Asked::Whole),
            ("bytes=-", Asked::Whole),
        ];
        for (range, expected) in cases {
            assert_eq!(parse_range(range, 10), expected, "{range}");
        }
    }
}
