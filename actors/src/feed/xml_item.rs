//! What the elements of an item say.

use mediary_schema::playlist::LiveStatus;
use url::Url;

use super::{
    duration,
    item::{Draft, Title},
    media::{Described, Page, Place},
    names::{Attributes, Space},
    text::Markup,
};

/// What the text of an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Title(Title),
    /// An id, and whether it may be the address of the page, too.
    Id {
        is_permanent: bool,
    },
    Link,
    Duration,
    Published,
    VideoId,
}

/// What an element of an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Text(Field, Markup),
    /// Describes media, and so does what is in it.
    Media,
    Prose,
    Source,
    Other,
}

/// Words that stand in an item and in no markup of its description.
pub(super) fn is_only_of_item(space: Space, local: &str) -> bool {
    match space {
        Space::Media | Space::Itunes | Space::Podcast | Space::YouTube => true,
        Space::Core => matches!(local, "enclosure" | "guid" | "pubdate" | "published" | "updated"),
        Space::DublinCore | Space::Content | Space::Rdf | Space::Other => false,
    }
}

/// Words that may stand in the description, too, but not in another text of the item.
pub(super) fn is_of_item(space: Space, local: &str) -> bool {
    match space {
        Space::Core => matches!(
            local,
            "title"
                | "link"
                | "id"
                | "description"
                | "summary"
                | "content"
                | "author"
                | "category"
                | "comments"
        ),
        Space::Content | Space::DublinCore => true,
        Space::Media | Space::Itunes | Space::Podcast | Space::YouTube | Space::Rdf | Space::Other => false,
    }
}

/// Reads the tag of an element that stands in an item.
pub(super) fn read(
    draft: &mut Draft,
    space: Space,
    local: &str,
    attributes: &Attributes,
    base: &Url,
) -> Part {
    let media = &mut draft.media;
    let mut add = |place, address: &str, described| {
        if let Some(given) = attributes.get(address) {
            media.add(place, given, Some(base), described);
        }
    };
    match (space, local) {
        (Space::Core, "enclosure") => {
            let address = if attributes.get("url").is_some() { "url" } else { "href" };
            add(Place::Enclosure, address, described(attributes));
        }
        (Space::Core, "link") if attributes.get("href").is_some() => link(draft, attributes, base),
        (Space::Core, "link") => return Part::Text(Field::Link, Markup::Plain),
        (Space::Core, "content") => {
            // Atom's content that is elsewhere is the item's media.
            if attributes.get("type").is_some_and(|mime| mime.contains('/')) {
                add(Place::Enclosure, "src", described(attributes));
            }
            return Part::Prose;
        }
        (Space::Core, "description" | "summary") | (Space::Content, "encoded") => return Part::Prose,
        (Space::Core, "source") => return Part::Source,
        (Space::Core, "title") => return Part::Text(Field::Title(Title::Own), markup(attributes)),
        (Space::Itunes, "title") => return Part::Text(Field::Title(Title::Itunes), Markup::Unknown),
        (Space::Media, "title") => return Part::Text(Field::Title(Title::Media), Markup::Unknown),
        (Space::DublinCore, "title") => return Part::Text(Field::Title(Title::DublinCore), Markup::Unknown),
        (Space::Core, "guid") => {
            let said = attributes.get("ispermalink");
            let is_permanent = said.is_none_or(|said| !said.eq_ignore_ascii_case("false"));
            return Part::Text(Field::Id { is_permanent }, Markup::Plain);
        }
        (Space::Core, "id") => return Part::Text(Field::Id { is_permanent: false }, Markup::Plain),
        (Space::Itunes, "duration") => return Part::Text(Field::Duration, Markup::Plain),
        (Space::Core, "pubdate" | "published") | (Space::DublinCore, "date") => {
            return Part::Text(Field::Published, Markup::Plain);
        }
        (Space::YouTube, "videoid") => return Part::Text(Field::VideoId, Markup::Plain),
        (Space::Media, "group") => return Part::Media,
        (Space::Media, "content") => {
            add(Place::Content, "url", described(attributes));
            return Part::Media;
        }
        (Space::Media, "player") => page(draft, Page::Player, attributes.get("url"), base),
        (Space::Podcast, "contentlink") => page(draft, Page::Player, attributes.get("href"), base),
        (Space::Podcast, "alternateenclosure") => {
            draft.alternate = described(attributes);
            return Part::Media;
        }
        (Space::Podcast, "source") => {
            let mime = attributes.get("contenttype").map(str::to_owned);
            let mime = mime.or_else(|| draft.alternate.mime.clone());
            let described = Described { mime, ..draft.alternate.clone() };
            add(Place::Alternate, "uri", described);
        }
        _ => {}
    }
    Part::Other
}

/// Takes the text of an element that was closed.
pub(super) fn take(draft: &mut Draft, field: Field, text: &str, markup: Markup, base: &Url) {
    match field {
        Field::Title(which) => draft.title(which, text, markup),
        Field::Id { is_permanent: true } => draft.permanent_id(text),
        Field::Id { is_permanent: false } => draft.id(text),
        Field::Link => draft.media.add_page(Page::Link, text, Some(base)),
        Field::Duration => draft.duration(text),
        Field::Published => draft.published(text),
        Field::VideoId => draft.youtube_id(text),
    }
}

/// How a title is written, by what Atom says of it; RSS says nothing.
pub(super) fn markup(attributes: &Attributes) -> Markup {
    match attributes.get("type") {
        Some("text" | "text/plain" | "xhtml" | "application/xhtml+xml") => Markup::Plain,
        Some("html" | "text/html") => Markup::Html,
        _ => Markup::Unknown,
    }
}

/// Whether a broadcast is still to come, on, or over.
pub(super) fn live_status(status: Option<&str>) -> LiveStatus {
    match status.map(str::to_ascii_lowercase).as_deref() {
        Some("pending" | "upcoming") => LiveStatus::Upcoming,
        Some("ended") => LiveStatus::WasLive,
        _ => LiveStatus::Live,
    }
}

fn page(draft: &mut Draft, page: Page, given: Option<&str>, base: &Url) {
    if let Some(given) = given {
        draft.media.add_page(page, given, Some(base));
    }
}

/// Atom's link, in whatever feed.
fn link(draft: &mut Draft, attributes: &Attributes, base: &Url) {
    // A relation may be written as the address of its definition.
    let relation = attributes.get("rel").map(|relation| relation.rsplit('/').next().unwrap_or(relation));
    let is_html = attributes.get("type").is_none_or(|mime| mime.to_ascii_lowercase().contains("html"));
    let href = attributes.get("href");
    match relation.map(str::to_ascii_lowercase).as_deref() {
        Some("enclosure") => {
            let given = href.unwrap_or_default();
            draft.media.add(Place::Enclosure, given, Some(base), described(attributes));
        }
        None | Some("alternate") if is_html => page(draft, Page::Link, href, base),
        None | Some("alternate") => page(draft, Page::OtherLink, href, base),
        Some(_) => {}
    }
}

/// What the attributes of an address say of it.
fn described(attributes: &Attributes) -> Described {
    let text = |name| attributes.get(name).map(str::to_owned);
    let is_true = |name| attributes.get(name).is_some_and(|said| said.eq_ignore_ascii_case("true"));
    let size_bytes = attributes.number("filesize").max(attributes.number("length"));
    Described {
        mime: text("type"),
        medium: text("medium"),
        is_default: is_true("isdefault") || is_true("default"),
        is_sample: attributes.get("expression").is_some_and(|said| said.eq_ignore_ascii_case("sample")),
        height: attributes.number("height"),
        bitrate: attributes.number("bitrate"),
        size_bytes,
        duration_ms: attributes.get("duration").and_then(duration::parse),
    }
}
