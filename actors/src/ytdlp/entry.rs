//! One printed line of a refresh to one observed row.

use mediary_schema::{
    FailureClass, bounded,
    item::{IdScope, ItemSource},
    job::Failure,
    playlist::{Availability, LiveStatus, ObservedEntry, ObservedPlaylist},
};
use serde_json::{Map, Value};
use url::Url;

use super::{engine::ListLine, lenient, moment};

/// The fields of a row that are asked for.
pub(super) const ENTRY_FIELDS: &str = "_type,id,title,duration,availability,live_status,timestamp,upload_date,\
    url,webpage_url,extractor_key,ie_key,playlist_index,playlist_id,playlist_title,playlist_count,playlist_webpage_url";

/// The fields of the list itself that are asked for.
pub(super) const LIST_FIELDS: &str = "id,title,playlist_count,extractor_key,webpage_url,original_url";

/// A row as printed; what the source doesn't say is left out by yt-dlp. What it says in another form than usual, such
/// as an id as a number, is read as far as it means something: one odd field costs no row.
#[derive(Debug)]
pub(super) struct PrintedEntry {
    kind: Option<String>,
    id: Option<String>,
    pub(super) title: Option<String>,
    duration: Option<f64>,
    availability: Option<String>,
    live_status: Option<String>,
    timestamp: Option<f64>,
    upload_date: Option<String>,
    url: Option<String>,
    webpage_url: Option<String>,
    extractor_key: Option<String>,
    ie_key: Option<String>,
    pub(super) playlist_index: Option<u32>,
    playlist_id: Option<String>,
    playlist_title: Option<String>,
    playlist_count: Option<u32>,
    playlist_webpage_url: Option<String>,
}

/// The list itself as printed, at its end.
#[derive(Debug)]
pub(super) struct PrintedList {
    id: Option<String>,
    title: Option<String>,
    pub(super) playlist_count: Option<u32>,
    extractor_key: Option<String>,
    webpage_url: Option<String>,
    original_url: Option<String>,
}

/// What Python printed as JSON.
struct Printed(Map<String, Value>);

impl Printed {
    fn read(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&lenient::json(json)).map(Self)
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    fn number(&self, name: &str) -> Option<f64> {
        match self.0.get(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    fn count(&self, name: &str) -> Option<u32> {
        self.number(name)
            .filter(|number| (0.0..=f64::from(u32::MAX)).contains(number))
            .map(|number| number as u32)
    }
}

impl PrintedList {
    pub(super) fn read(json: &str) -> Result<Self, serde_json::Error> {
        let printed = Printed::read(json)?;
        Ok(Self {
            id: printed.text("id"),
            title: printed.text("title"),
            playlist_count: printed.count("playlist_count"),
            extractor_key: printed.text("extractor_key"),
            webpage_url: printed.text("webpage_url"),
            original_url: printed.text("original_url"),
        })
    }

    /// What its rows say of it.
    pub(super) fn key(&self) -> (Option<String>, Option<String>) {
        (self.id.clone(), self.webpage_url.clone())
    }

    /// Whether it is the one that was asked for: a list within it was asked for by nobody.
    pub(super) const fn is_outermost(&self) -> bool {
        self.original_url.is_some()
    }

    /// What it is called and where it is, as a list within another.
    pub(super) fn within(&self) -> Option<ListLine> {
        within(self.title.clone(), self.webpage_url.clone()?)
    }

    /// Who read it, if that is an extractor that knows the site.
    pub(super) fn known_extractor(&self) -> Option<&str> {
        self.extractor_key.as_deref().filter(|_| !self.is_guessed())
    }

    /// Whether the list was guessed from a page or feed rather than read by an extractor that knows the site.
    pub(super) fn is_guessed(&self) -> bool {
        self.extractor_key.as_deref().is_none_or(|key| key.eq_ignore_ascii_case(ItemSource::GENERIC))
    }

    pub(super) fn observed(self) -> ObservedPlaylist {
        ObservedPlaylist {
            title: self.title.map(title),
            extractor: self.extractor_key.map(|key| key.to_ascii_lowercase()),
            source_id: self.id,
        }
    }
}

/// A length beyond this is a slip: thirty years.
const DURATION_SECONDS_MAX: f64 = 1e9;
/// Of a name in a message.
const NAME_BYTES_MAX: usize = 100;

/// What extractors of lists are called after.
const LISTS: [&str; 24] = [
    "Album",
    "Albums",
    "Artist",
    "Category",
    "Channel",
    "Channels",
    "Collection",
    "Folder",
    "Home",
    "List",
    "Lists",
    "Playlist",
    "Playlists",
    "Profile",
    "Search",
    "Season",
    "Seasons",
    "Series",
    "Set",
    "Tab",
    "Tabs",
    "Tag",
    "Topic",
    "User",
];

/// The last word of a name such as `YoutubeSearchURL`, without what only says that it is given by its address.
fn last_word(key: &str) -> &str {
    let key = key.strip_suffix("URL").unwrap_or(key);
    let begins = |(at, letter): (usize, char)| letter.is_ascii_uppercase().then_some(at);
    key.char_indices().filter_map(begins).next_back().map_or(key, |at| &key[at..])
}

/// Whether an address has a name or password in it: it would be shown to everybody who may read the list.
fn has_password(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
}

/// What yt-dlp puts behind a URL to tell itself something for later.
const SMUGGLED: &str = "__youtubedl_smuggle=";

impl PrintedEntry {
    pub(super) fn read(json: &str) -> Result<Self, serde_json::Error> {
        let printed = Printed::read(json)?;
        Ok(Self {
            kind: printed.text("_type"),
            id: printed.text("id"),
            title: printed.text("title"),
            duration: printed
                .number("duration")
                .filter(|seconds| (0.0..=DURATION_SECONDS_MAX).contains(seconds)),
            availability: printed.text("availability"),
            live_status: printed.text("live_status"),
            timestamp: printed.number("timestamp"),
            upload_date: printed.text("upload_date"),
            url: printed.text("url"),
            webpage_url: printed.text("webpage_url"),
            extractor_key: printed.text("extractor_key"),
            ie_key: printed.text("ie_key"),
            playlist_index: printed.count("playlist_index"),
            playlist_id: printed.text("playlist_id"),
            playlist_title: printed.text("playlist_title"),
            playlist_count: printed.count("playlist_count"),
            playlist_webpage_url: printed.text("playlist_webpage_url"),
        })
    }

    /// Which list it is a row of.
    pub(super) fn list_key(&self) -> (Option<String>, Option<String>) {
        (self.playlist_id.clone(), self.playlist_webpage_url.clone())
    }

    /// Whether it only says where something is, of which nothing shows that it is an item: it may be a list.
    pub(super) fn may_be_list(&self) -> bool {
        let is_guessed =
            self.ie_key.as_deref().is_some_and(|key| key.eq_ignore_ascii_case(ItemSource::GENERIC));
        self.kind.as_deref() == Some("url")
            && self.duration.is_none()
            && !is_guessed
            && self.address().is_some()
    }

    /// Whether the extractor that it is left to is called after lists, as `YoutubeTab` is.
    pub(super) fn is_named_as_list(&self) -> bool {
        self.is_reference() && self.ie_key.as_deref().is_some_and(|key| LISTS.contains(&last_word(key)))
    }

    /// Whether it is left to this extractor, or to nobody in particular.
    pub(super) fn is_read_by(&self, extractor: &str) -> bool {
        self.ie_key.as_deref().is_none_or(|key| key == extractor)
    }

    /// Who is to read it; empty if nobody in particular.
    pub(super) fn reader(&self) -> &str {
        self.ie_key.as_deref().unwrap_or_default()
    }

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
            let name = bounded::cut(self.title.or(self.id).unwrap_or_default(), NAME_BYTES_MAX);
            let message = format!("entry {index} {name:?} has no address of its own");
            return Err(Failure::new(FailureClass::Unsupported, message));
        };
        if has_password(&source.url) {
            let message = format!("entry {index} has an address with a name or password in it");
            return Err(Failure::new(FailureClass::Unsupported, message));
        }
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
            published_at: moment::published(self.timestamp, self.upload_date.as_deref()),
        })
    }

    /// Where the item is to be had.
    ///
    /// What the generic extractor calls an id is the last part of a path (`episode`), the same for many
    /// items; so a guessed item is known by the id that its feed gives it, and otherwise by its address.
    fn source(&self) -> Option<(ItemSource, IdScope)> {
        let (url, guid) = unsmuggled(&self.address()?);
        let extractor = self.extractor_key.as_deref().unwrap_or(ItemSource::GENERIC).to_ascii_lowercase();
        let is_guessed = extractor == ItemSource::GENERIC || self.is_embedded();
        let known = self.id.clone().filter(|_| !is_guessed);
        if let Some(source_id) = known {
            return Some((ItemSource { extractor, source_id, url }, IdScope::Source));
        }
        // A feed counts its items as it likes; an address is one of a kind.
        let id_scope = if guid.is_some() { IdScope::List } else { IdScope::Source };
        let source_id = guid.unwrap_or_else(|| url.clone());
        Some((ItemSource { extractor: ItemSource::GENERIC.to_owned(), source_id, url }, id_scope))
    }

    /// Whether the row has no page of its own but stands on the page of the list.
    fn is_embedded(&self) -> bool {
        !self.is_reference() && self.playlist_index.is_some() && self.webpage_url == self.playlist_webpage_url
    }

    /// Whether the row only says where the item is.
    fn is_reference(&self) -> bool {
        matches!(self.kind.as_deref(), Some("url" | "url_transparent"))
    }

    pub(super) fn address(&self) -> Option<String> {
        let (first, second) = if self.is_embedded() {
            (&self.url, &None)
        } else if self.is_reference() {
            (&self.url, &self.webpage_url)
        } else {
            // Its `url` is one of its media files, which may be gone tomorrow.
            (&self.webpage_url, &self.url)
        };
        // What says where it is and means the page of the list says nothing.
        let of_the_list =
            |url: &&String| self.is_reference() && Some(*url) == self.playlist_webpage_url.as_ref();
        [first, second].into_iter().flatten().find(|url| is_http(url) && !of_the_list(url)).cloned()
    }
}

/// A list within another, if its address is one that somebody may ask for and be told of.
pub(super) fn within(called: Option<String>, url: String) -> Option<ListLine> {
    let is_usable = is_http(&url) && !has_password(&url) && url.len() <= bounded::ADDRESS_BYTES_MAX;
    is_usable.then(|| ListLine::Within { title: called.filter(|called| !called.is_empty()).map(title), url })
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
        json.and_then(|json| serde_json::from_str::<Map<String, Value>>(&lenient::json(&json)).ok())
    else {
        return (address.to_owned(), None);
    };
    let guid = facts.remove("force_videoid").and_then(|id| match id {
        Value::String(id) => Some(id),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    });
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
        Some("post_live") => LiveStatus::PostLive,
        Some("was_live") => LiveStatus::WasLive,
        _ => LiveStatus::NotLive,
    }
}

#[cfg(test)]
mod tests;
