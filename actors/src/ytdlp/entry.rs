//! One printed line of a refresh to one observed row.

use mediary_schema::{
    FailureClass, bounded,
    item::{IdScope, ItemSource},
    job::Failure,
    playlist::{Availability, LiveStatus, ObservedEntry, ObservedPlaylist},
};
use serde::Deserialize;
use url::Url;

/// The fields of a row that are asked for.
pub(super) const ENTRY_FIELDS: &str = "_type,id,title,duration,availability,live_status,url,webpage_url,\
    extractor_key,playlist_index,playlist_id,playlist_title,playlist_count,playlist_webpage_url";

/// The fields of the list itself that are asked for.
pub(super) const LIST_FIELDS: &str = "id,title,playlist_count,extractor_key";

/// A row as printed; what the source doesn't say is left out by yt-dlp.
#[derive(Debug, Deserialize)]
pub(super) struct PrintedEntry {
    #[serde(rename = "_type")]
    kind: Option<String>,
    id: Option<String>,
    title: Option<String>,
    duration: Option<f64>,
    availability: Option<String>,
    live_status: Option<String>,
    url: Option<String>,
    webpage_url: Option<String>,
    extractor_key: Option<String>,
    pub(super) playlist_index: Option<u32>,
    playlist_id: Option<String>,
    playlist_title: Option<String>,
    playlist_count: Option<u32>,
    playlist_webpage_url: Option<String>,
}

/// The list itself as printed, at its end.
#[derive(Debug, Deserialize)]
pub(super) struct PrintedList {
    id: Option<String>,
    title: Option<String>,
    pub(super) playlist_count: Option<u32>,
    extractor_key: Option<String>,
}

impl PrintedList {
    /// Whether the list was guessed from a page or feed rather than read by an extractor that knows the site.
    pub(super) fn is_guessed(&self) -> bool {
        self.extractor_key.as_deref().is_none_or(|key| key.eq_ignore_ascii_case(GENERIC))
    }

    pub(super) fn observed(self) -> ObservedPlaylist {
        ObservedPlaylist {
            title: self.title.map(title),
            extractor: self.extractor_key.map(|key| key.to_ascii_lowercase()),
            source_id: self.id,
        }
    }
}

/// The extractor that reads whatever no other one knows.
pub(super) const GENERIC: &str = "generic";

/// What yt-dlp puts behind a URL to tell itself something for later.
const SMUGGLED: &str = "__youtubedl_smuggle=";

impl PrintedEntry {
    /// What is known of the list from its first row.
    pub(super) fn list(&self) -> (ObservedPlaylist, Option<u32>) {
        let list = ObservedPlaylist {
            title: self.playlist_title.clone().map(title),
            extractor: None,
            source_id: self.playlist_id.clone(),
        };
        (list, self.playlist_count)
    }

    /// The row, at `index` of the list.
    pub(super) fn observed(self, index: u32) -> Result<ObservedEntry, Failure> {
        let Some((source, id_scope)) = self.source() else {
            let name = self.title.or(self.id).map(title).unwrap_or_default();
            let message = format!("entry {index} {name:?} has no address of its own");
            return Err(Failure::new(FailureClass::Unsupported, message));
        };
        if source.url.len() > bounded::ADDRESS_BYTES_MAX
            || source.source_id.len() > bounded::SOURCE_ID_BYTES_MAX
        {
            // Cut it would be another address, and the id another item's.
            let message = format!("entry {index} has an address or an id that is too long");
            return Err(Failure::new(FailureClass::Unsupported, message));
        }
        let placeholder = self.title.as_deref().and_then(placeholder);
        Ok(ObservedEntry {
            index,
            source,
            id_scope,
            availability: placeholder.unwrap_or_else(|| availability(self.availability.as_deref())),
            title: if placeholder.is_some() {
                None
            } else {
                self.title.filter(|title| !title.is_empty()).map(title)
            },
            duration_ms: self
                .duration
                .filter(|seconds| *seconds > 0.0)
                .map(|seconds| (seconds * 1000.0) as u64),
            live_status: live_status(self.live_status.as_deref()),
        })
    }

    /// Where the item is to be had.
    ///
    /// What the generic extractor calls an id is the last part of a path (`episode`), the same for many
    /// items; so a guessed item is known by the id that its feed gives it, and otherwise by its address.
    fn source(&self) -> Option<(ItemSource, IdScope)> {
        let (url, guid) = unsmuggled(&self.address()?);
        let extractor = self.extractor_key.as_deref().unwrap_or(GENERIC).to_ascii_lowercase();
        let is_guessed = extractor == GENERIC || self.is_embedded();
        let known = self.id.clone().filter(|_| !is_guessed);
        if let Some(source_id) = known {
            return Some((ItemSource { extractor, source_id, url }, IdScope::Source));
        }
        // A feed counts its items as it likes; an address is one of a kind.
        let id_scope = if guid.is_some() { IdScope::List } else { IdScope::Source };
        let source_id = guid.unwrap_or_else(|| url.clone());
        Some((ItemSource { extractor: GENERIC.to_owned(), source_id, url }, id_scope))
    }

    /// Whether the row has no page of its own but stands on the page of the list.
    fn is_embedded(&self) -> bool {
        !self.is_reference() && self.playlist_index.is_some() && self.webpage_url == self.playlist_webpage_url
    }

    /// Whether the row only says where the item is.
    fn is_reference(&self) -> bool {
        matches!(self.kind.as_deref(), Some("url" | "url_transparent"))
    }

    fn address(&self) -> Option<String> {
        let (first, second) = if self.is_embedded() {
            (&self.url, &None)
        } else if self.is_reference() {
            (&self.url, &self.webpage_url)
        } else {
            // Its `url` is one of its media files, which may be gone tomorrow.
            (&self.webpage_url, &self.url)
        };
        [first, second].into_iter().flatten().find(|url| is_http(url)).cloned()
    }
}

/// A title, no longer than an event may hold it.
fn title(title: String) -> String {
    bounded::cut(title, bounded::TITLE_BYTES_MAX)
}

fn is_http(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// The address without what yt-dlp smuggled into it, and the id found there.
///
/// Kept is what the download needs, such as a referrer; an id isn't, since it is kept beside the address.
fn unsmuggled(address: &str) -> (String, Option<String>) {
    let Some((clean, fragment)) = address.rsplit_once('#') else { return (address.to_owned(), None) };
    let Some(smuggled) = fragment.strip_prefix(SMUGGLED) else { return (address.to_owned(), None) };
    let query = format!("x={smuggled}");
    let json = url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, json)| json.into_owned());
    let Some(mut facts) =
        json.and_then(|json| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&json).ok())
    else {
        return (address.to_owned(), None);
    };
    let guid = facts.remove("force_videoid").and_then(|id| id.as_str().map(str::to_owned));
    let url = if facts.is_empty() { clean } else { address };
    (url.to_owned(), guid.filter(|guid| !guid.is_empty()))
}

/// What a title says that stands in for the real one.
fn placeholder(title: &str) -> Option<Availability> {
    match title {
        "[Private video]" => Some(Availability::Private),
        "[Deleted video]" => Some(Availability::Deleted),
        "[Unavailable video]" => Some(Availability::Unavailable),
        _ => None,
    }
}

fn availability(name: Option<&str>) -> Availability {
    match name {
        Some("private") => Availability::Private,
        Some("premium_only" | "subscriber_only") => Availability::MembersOnly,
        Some("needs_auth") => Availability::NeedsLogin,
        _ => Availability::Available,
    }
}

fn live_status(name: Option<&str>) -> LiveStatus {
    match name {
        Some("is_upcoming") => LiveStatus::Upcoming,
        Some("is_live") => LiveStatus::Live,
        Some("was_live" | "post_live") => LiveStatus::WasLive,
        _ => LiveStatus::NotLive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(json: &str) -> Result<ObservedEntry, Failure> {
        let printed: PrintedEntry = serde_json::from_str(json).unwrap();
        let index = printed.playlist_index.unwrap_or(1);
        printed.observed(index)
    }

    fn source(json: &str) -> (String, String, String) {
        let source = observed(json).unwrap().source;
        (source.extractor, source.source_id, source.url)
    }

    fn texts(extractor: &str, source_id: &str, url: &str) -> (String, String, String) {
        (extractor.to_owned(), source_id.to_owned(), url.to_owned())
    }

    #[test]
    fn an_item_of_a_feed_is_known_by_its_guid_and_its_address_is_clean() {
        let json = r#"{"title": "Ep 1", "duration": 5.5, "playlist_index": 3, "_type": "url_transparent",
            "url": "http://a.example/m/a.mp4?ep=1#__youtubedl_smuggle=%7B%22force_videoid%22%3A+%22guid-1%22%7D",
            "extractor_key": "Generic"}"#;
        let entry = observed(json).unwrap();
        assert_eq!((entry.index, entry.duration_ms), (3, Some(5500)));
        assert_eq!(entry.id_scope, IdScope::List, "other feeds count 1, 2, 3, too");
        assert_eq!(source(json), texts("generic", "guid-1", "http://a.example/m/a.mp4?ep=1"));
    }

    #[test]
    fn an_item_without_guid_is_known_by_its_address_in_a_list_and_alone() {
        let expected = texts("generic", "http://a.example/m/a.mp4", "http://a.example/m/a.mp4");
        let in_list = r#"{"playlist_index": 1, "_type": "url", "url": "http://a.example/m/a.mp4", "extractor_key": "Generic"}"#;
        assert_eq!(source(in_list), expected);
        let alone = r#"{"id": "a", "url": "http://a.example/m/a.mp4", "webpage_url": "http://a.example/m/a.mp4", "extractor_key": "Generic"}"#;
        assert_eq!(source(alone), expected);
    }

    #[test]
    fn what_the_download_needs_stays_in_the_address() {
        let url =
            "http://a.example/v#__youtubedl_smuggle=%7B%22referer%22%3A+%22http%3A%2F%2Fb.example%22%7D";
        let json = format!(
            r#"{{"id": "7", "playlist_index": 1, "_type": "url", "url": "{url}", "extractor_key": "Vimeo"}}"#
        );
        assert_eq!(source(&json), texts("vimeo", "7", url));
    }

    #[test]
    fn a_resolved_item_is_fetched_from_its_page() {
        let json = r#"{"id": "v1", "url": "http://cdn.example/x?signature=1", "webpage_url": "http://a.example/watch/v1", "extractor_key": "LocalVid"}"#;
        assert_eq!(source(json), texts("localvid", "v1", "http://a.example/watch/v1"));
    }

    #[test]
    fn items_embedded_in_the_page_of_the_list_are_fetched_directly() {
        let json = r#"{"id": "html-1", "playlist_index": 1, "url": "http://a.example/m/a.mp4", "webpage_url": "http://a.example/html",
            "extractor_key": "HTML5MediaEmbed", "playlist_webpage_url": "http://a.example/html"}"#;
        assert_eq!(source(json), texts("generic", "http://a.example/m/a.mp4", "http://a.example/m/a.mp4"));
    }

    // core A15: one row made a list unlistable.
    #[test]
    fn a_row_that_is_too_long_is_cut_or_left_out_and_the_others_are_read() {
        let row = |title: &str, url: &str| {
            let json = serde_json::json!({
                "id": "1", "title": title, "_type": "url", "url": url, "extractor_key": "X",
            });
            serde_json::from_value::<PrintedEntry>(json).unwrap().observed(1)
        };
        let long = row(&"ü".repeat(300_000), "http://a.example/1").unwrap().title.unwrap();
        assert!(long.len() <= bounded::TITLE_BYTES_MAX && long.starts_with("üü"), "{}", long.len());
        let unread = row("T", &format!("http://a.example/{}", "x".repeat(10_000))).unwrap_err();
        assert_eq!(unread.message, "entry 1 has an address or an id that is too long");
    }

    #[test]
    fn placeholders_are_no_titles() {
        for (title, expected) in [
            ("[Private video]", Availability::Private),
            ("[Deleted video]", Availability::Deleted),
            ("[Unavailable video]", Availability::Unavailable),
        ] {
            let json = format!(
                r#"{{"id": "1", "title": "{title}", "_type": "url", "url": "http://a.example/1", "extractor_key": "X"}}"#
            );
            let entry = observed(&json).unwrap();
            assert_eq!((entry.title, entry.availability), (None, expected));
        }
    }

    #[test]
    fn availability_and_live_status_are_read() {
        let json = r#"{"id": "1", "title": "T", "availability": "subscriber_only", "live_status": "is_upcoming", "_type": "url",
            "url": "http://a.example/1", "extractor_key": "X"}"#;
        let entry = observed(json).unwrap();
        assert_eq!(
            (entry.availability, entry.live_status),
            (Availability::MembersOnly, LiveStatus::Upcoming)
        );
    }

    #[test]
    fn an_entry_without_address_is_a_failure_of_its_own() {
        let failure = observed(
            r#"{"id": "1", "title": "T", "_type": "url", "url": "ytsearch:x", "extractor_key": "X"}"#,
        )
        .unwrap_err();
        assert_eq!(failure.class, FailureClass::Unsupported);
        assert_eq!(failure.message, "entry 1 \"T\" has no address of its own");
    }
}
