use std::collections::BTreeMap;

use http::{HeaderMap, header};
use mediary_schema::{FailureClass, item::ItemSource, job::Failure};

use super::kind::{Kind, by_bytes, ending};
use crate::{
    net::{Answer, Net, Request, failure_of},
    ytdlp::{About, Extracted, Offered, Protocol, Stream},
};

/// What there is to fetch, if the address is a media file itself; none leaves it to who knows pages.
///
/// Fails if nobody else is to ask either: a pause, a private network, a broadcast without end.
pub async fn describe(net: &Net, source: &ItemSource) -> Result<Option<Extracted>, Failure> {
    // Behind a `#` there are orders for yt-dlp.
    if source.extractor != ItemSource::GENERIC || source.url.contains('#') {
        return Ok(None);
    }
    match head(net, &source.url).await? {
        Some(found) => Ok(Some(found)),
        // Some answer HEAD with a page, a 405 or nothing at all, and GET as they should.
        None if ending(&source.url).is_some() => look(net, &source.url).await,
        None => Ok(None),
    }
}

/// By what a source says of the address.
async fn head(net: &Net, url: &str) -> Result<Option<Extracted>, Failure> {
    // Some refuse HEAD alone.
    let refusals = &[FailureClass::RateLimit, FailureClass::PrivateNetwork, FailureClass::Proxy];
    let answer = net.send(Request::head(url)).await.map_err(|error| error.failure())?;
    let Some(answer) = usable(answer, refusals)? else { return Ok(None) };
    let kind = Kind::of_type(answer.header(&header::CONTENT_TYPE));
    match (kind, ending(url)) {
        // A radio station says no length, and how it is named.
        (Kind::Media(_), _) if is_broadcast(&answer.headers) => Err(broadcast()),
        (Kind::Media(ending), _) | (Kind::Unsaid, Some(ending)) => {
            // Some say 0, for they send no body to HEAD.
            Ok(Some(extracted(url, ending, length(&answer.headers).filter(|length| *length > 0))))
        }
        _ => Ok(None),
    }
}

/// By its first bytes; what more is on its way is not waited for.
async fn look(net: &Net, url: &str) -> Result<Option<Extracted>, Failure> {
    // Who only refuses us may answer what looks like a browser.
    let refusals = &[
        FailureClass::RateLimit,
        FailureClass::PrivateNetwork,
        FailureClass::Network,
        FailureClass::Proxy,
        FailureClass::NotFound,
    ];
    let answer = net.send(Request::get(url)).await.map_err(|error| error.failure())?;
    let Some(mut answer) = usable(answer, refusals)? else { return Ok(None) };
    if is_broadcast(&answer.headers) {
        return Err(broadcast());
    }
    let length = length(&answer.headers);
    let first = answer.body.chunk().await.ok().flatten().unwrap_or_default();
    Ok(by_bytes(&first).map(|ending| extracted(url, ending, length)))
}

/// The answer, if it is one to look at; fails with the refusals that hold for whoever asks.
fn usable(answer: Answer, refusals: &[FailureClass]) -> Result<Option<Answer>, Failure> {
    match failure_of(answer.status, &answer.headers) {
        None => Ok(answer.status.is_success().then_some(answer)),
        Some(failure) if refusals.contains(&failure.class) => Err(failure),
        Some(_) => Ok(None),
    }
}

fn is_broadcast(headers: &HeaderMap) -> bool {
    length(headers).is_none() && headers.keys().any(|name| name.as_str().starts_with("icy-"))
}

fn broadcast() -> Failure {
    Failure::new(FailureClass::TooLarge, "it is a radio station, which never ends")
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

fn extracted(url: &str, ending: &str, size_bytes: Option<u64>) -> Extracted {
    let stream = Stream {
        format_id: ending.to_owned(),
        file_name: format!("media.{ending}"),
        protocol: Protocol::Http,
        url: url.to_owned(),
        headers: BTreeMap::new(),
        fragments: None,
    };
    Extracted {
        // Unknown: what a feed says of it stands in the list.
        title: None,
        duration_ms: None,
        streams: vec![stream],
        height: None,
        height_offered: None,
        size_bytes,
        info_json: None,
        about: About::default(),
        offered: Offered::default(),
    }
}
