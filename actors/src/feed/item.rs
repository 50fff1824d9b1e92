//! What one item of a feed says, gathered element by element, and the row that it makes.

use mediary_schema::{
    Address, FailureClass, Timestamp, UrlRefused, bounded,
    item::{IdScope, ItemSource},
    job::Failure,
    playlist::{Availability, LiveStatus, ObservedEntry},
};
use url::Url;

use super::{
    duration,
    media::{Described, Media, Page},
    text::{self, Markup},
};

/// Which of the titles of an item it is; the first that there is counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Title {
    Own,
    /// Without the number of the episode.
    Itunes,
    Media,
    DublinCore,
}

/// An item that is being read.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    titles: [Option<String>; 4],
    id: Option<String>,
    video_id: Option<String>,
    duration_ms: Option<u64>,
    published_at: Option<Timestamp>,
    pub(super) live: Option<LiveStatus>,
    pub(super) media: Media,
    /// What is said of the `podcast:source`s that come next.
    pub(super) alternate: Described,
}

impl Draft {
    /// An item of which only its state as a broadcast is known, if it is one.
    pub(super) fn of(live: Option<LiveStatus>) -> Self {
        Self { live, ..Self::default() }
    }

    pub(super) fn title(&mut self, which: Title, text: &str, markup: Markup) {
        let known = &mut self.titles[which as usize];
        if known.is_none() {
            *known = text::title(text, markup);
        }
    }

    pub(super) fn id(&mut self, id: &str) {
        let id = id.trim();
        // An address with a password is no name to keep for ever; the item is known by its own address then.
        if self.id.is_none() && !id.is_empty() && !has_credentials(id) {
            self.id = Some(id.to_owned());
        }
    }

    /// An id that may be the address of the item's page, too.
    pub(super) fn permanent_id(&mut self, id: &str) {
        self.id(id);
        // Joined to a base every id would be an address.
        self.media.add_page(Page::Id, id, None);
    }

    pub(super) fn youtube_id(&mut self, id: &str) {
        let is_id = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let id = id.trim();
        if !id.is_empty() && id.len() <= 64 && id.chars().all(is_id) {
            self.video_id = Some(id.to_owned());
        }
    }

    pub(super) fn duration(&mut self, text: &str) {
        self.duration_ms = self.duration_ms.or_else(|| duration::parse(text));
    }

    /// The first moment that can be read: `Wed, 21 Oct 2015 07:28:00 GMT` in RSS, `2015-10-21T07:28:00Z` elsewhere.
    pub(super) fn published(&mut self, text: &str) {
        let text = text.trim();
        let read = || text.parse().ok().or_else(|| Timestamp::from_http_date(text));
        self.published_at = self.published_at.or_else(read);
    }

    /// Whether it is a broadcast that is over and left nothing.
    pub(super) fn is_over(&self) -> bool {
        self.live == Some(LiveStatus::WasLive) && !self.media.has_files()
    }

    /// The row, at `index` of the list, or why it can't be used.
    pub(super) fn row(mut self, index: u32) -> Result<ObservedEntry, Failure> {
        let refused =
            |why: &str| Err(Failure::new(FailureClass::Unsupported, format!("entry {index} {why}")));
        let title = self.titles.iter_mut().find_map(Option::take);
        let chosen = std::mem::take(&mut self.media).choose();
        let beside_ms = chosen.as_ref().and_then(|chosen| chosen.duration_ms);
        let Some((source, id_scope)) = self.source(chosen.map(|chosen| chosen.url)) else {
            let name = title.unwrap_or_default();
            return refused(&format!("{name:?} has no address of its own"));
        };
        // What is refused is not said: it may hold a password.
        match source.url.parse::<Address>() {
            Ok(_) if source.source_id.len() <= bounded::SOURCE_ID_BYTES_MAX => {}
            Ok(_) | Err(UrlRefused::TooLong { .. }) => {
                // Cut it would be another address, and the id another item's.
                return refused("has an address or an id that is too long");
            }
            Err(UrlRefused::Credentials) => {
                return refused("has an address that carries a user name or password");
            }
            Err(
                UrlRefused::Malformed { .. } | UrlRefused::LooksLikeOption { .. } | UrlRefused::Scheme { .. },
            ) => {
                return refused("has an address that can't be used");
            }
        }
        Ok(ObservedEntry {
            index,
            source,
            id_scope,
            title,
            duration_ms: self.duration_ms.or(beside_ms),
            availability: Availability::Available,
            live_status: self.live.unwrap_or_default(),
            published_at: self.published_at,
        })
    }

    /// Where the item is to be had.
    fn source(&mut self, address: Option<String>) -> Option<(ItemSource, IdScope)> {
        if let Some(id) = self.video_id.take() {
            let url = format!("https://www.youtube.com/watch?v={id}");
            let source = ItemSource { extractor: "youtube".to_owned(), source_id: id, url };
            return Some((source, IdScope::Source));
        }
        let url = address?;
        // A feed counts its items as it likes; an address is one of a kind.
        let id_scope = if self.id.is_some() { IdScope::List } else { IdScope::Source };
        let source_id = self.id.take().unwrap_or_else(|| url.clone());
        Some((ItemSource { extractor: ItemSource::GENERIC.to_owned(), source_id, url }, id_scope))
    }
}

/// Whether a text is an address that carries a user name or password.
fn has_credentials(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
}
