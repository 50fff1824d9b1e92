//! The head of an answer: what it is, whether the client has it already, and which part of it is sent (RFC 9110).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use mediary_schema::file::OpenedFile;

use super::range::Wanted;
use crate::server::{fault::fault, graphql::refuse, page};

/// What a browser may do with a file that it goes to: play and show it, and run nothing, whatever is in it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; media-src 'self'; img-src 'self'; frame-ancestors 'none'; sandbox",
);
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Something that is sent.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) media_type: &'static str,
    pub(super) disposition: HeaderValue,
    /// Whether pages of others may show it: whoever has a link may put it there.
    pub(super) is_for_all: bool,
    pub(super) version: Version,
    pub(super) size_bytes: u64,
}

/// The last moment that a date of HTTP can say, in milliseconds since 1970: the end of the year 9999.
const MODIFIED_MS_MAX: i64 = 253_402_300_799_000;

/// By what a client knows whether it is still the same.
#[derive(Debug)]
pub(super) struct Version {
    tag: HeaderValue,
    modified: SystemTime,
}

impl Version {
    /// That of a file: the hash by which it was recorded, and when it was written, since that hash is of what was kept.
    /// The `form` tells apart what is made of the same bytes.
    pub(super) fn of(file: &OpenedFile, form: &str) -> Self {
        let hash: String = file.blake3.chars().filter(char::is_ascii_hexdigit).take(32).collect();
        let tag = format!("\"{hash}-{:x}{form}\"", file.modified_ms);
        Self {
            tag: HeaderValue::from_str(&tag).expect("hexadecimal digits and words are visible"),
            modified: UNIX_EPOCH + Duration::from_millis(file.modified_ms.clamp(0, MODIFIED_MS_MAX) as u64),
        }
    }

    fn modified(&self) -> HeaderValue {
        HeaderValue::from_str(&httpdate::fmt_http_date(self.modified)).expect("a date is of visible letters")
    }

    /// Whether a client that has this has what there is.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let mut tags = headers.get_all(header::IF_NONE_MATCH).iter().peekable();
        if tags.peek().is_some() {
            return tags.any(|known| known == "*" || page::has_tag(known, &self.tag));
        }
        headers.get(header::IF_MODIFIED_SINCE).and_then(moment).is_some_and(|since| self.seconds() <= since)
    }

    /// Whether a client may get something at all that wants what it knows, or nothing.
    fn is_wanted(&self, headers: &HeaderMap) -> bool {
        let mut tags = headers.get_all(header::IF_MATCH).iter().peekable();
        if tags.peek().is_some() {
            return tags.any(|known| known == "*" || is_among(known, &self.tag));
        }
        let since = headers.get(header::IF_UNMODIFIED_SINCE).and_then(moment);
        since.is_none_or(|since| self.seconds() <= since)
    }

    /// Whether a client that has some bytes of it may have others to go with them; else it gets all anew.
    fn continues(&self, headers: &HeaderMap) -> bool {
        let Some(known) = headers.get(header::IF_RANGE) else { return true };
        *known == self.tag || moment(known) == Some(self.seconds())
    }

    fn seconds(&self) -> u64 {
        seconds_of(self.modified)
    }
}

/// Whether a list of tags has one exactly.
fn is_among(known: &HeaderValue, tag: &HeaderValue) -> bool {
    known.to_str().is_ok_and(|known| known.split(',').any(|one| one.trim() == tag))
}

/// A date of a header, in seconds.
fn moment(value: &HeaderValue) -> Option<u64> {
    httpdate::parse_http_date(value.to_str().ok()?).ok().map(seconds_of)
}

fn seconds_of(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// What is to be sent, by what the client wants and has.
#[derive(Debug)]
pub(super) enum Turn {
    /// These bytes of it, so many, with this head.
    Bytes { from: u64, length: u64, head: Box<Response> },
    /// This, and none of its bytes.
    Head(Box<Response>),
}

impl Sent {
    /// How a request is answered.
    pub(super) fn turn(&self, headers: &HeaderMap) -> Turn {
        if !self.version.is_wanted(headers) {
            let message = "the file is another one by now: load it anew";
            let error = fault(message, "PRECONDITION_FAILED", false);
            return Turn::Head(Box::new(refuse(StatusCode::PRECONDITION_FAILED, &error)));
        }
        if self.version.is_known(headers) {
            return Turn::Head(Box::new(self.head(StatusCode::NOT_MODIFIED)));
        }
        let size = self.size_bytes;
        let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
        let wanted = match range {
            Some(range) if self.version.continues(headers) => Wanted::of(range, size),
            Some(_) | None => Wanted::Whole,
        };
        match wanted {
            Wanted::Whole => self.bytes(StatusCode::OK, 0, size),
            Wanted::Bytes(range) => {
                let (first, last) = range.into_inner();
                let turn = self.bytes(StatusCode::PARTIAL_CONTENT, first, last - first + 1);
                turn.with(header::CONTENT_RANGE, text(format!("bytes {first}-{last}/{size}")))
            }
            Wanted::Unsatisfiable => {
                let message = format!("the file has {size} bytes, and none of those that were asked for");
                let error = fault(message, "BAD_RANGE", false);
                let head = refuse(StatusCode::RANGE_NOT_SATISFIABLE, &error);
                Turn::Head(Box::new(head)).with(header::CONTENT_RANGE, text(format!("bytes */{size}")))
            }
        }
    }

    fn bytes(&self, status: StatusCode, from: u64, length: u64) -> Turn {
        let head = self.head(status);
        let turn = Turn::Bytes { from, length, head: Box::new(head) };
        turn.with(header::CONTENT_LENGTH, length.into()).with(header::CONTENT_TYPE, text(self.media_type))
    }

    fn head(&self, status: StatusCode) -> Response {
        let whose = if self.is_for_all { "cross-origin" } else { "same-origin" };
        let headers = [
            (header::ETAG, self.version.tag.clone()),
            (header::LAST_MODIFIED, self.version.modified()),
            (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
            // Whoever may not have it any more doesn't get it from what his browser keeps.
            (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
            (header::VARY, HeaderValue::from_static("authorization, cookie")),
            (header::CONTENT_DISPOSITION, self.disposition.clone()),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static(whose)),
        ];
        (status, headers, Body::empty()).into_response()
    }
}

impl Turn {
    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        let (Self::Bytes { head, .. } | Self::Head(head)) = &mut self;
        head.headers_mut().insert(name, value);
        self
    }
}

fn text(text: impl AsRef<str>) -> HeaderValue {
    HeaderValue::from_str(text.as_ref()).expect("numbers and words are visible")
}
