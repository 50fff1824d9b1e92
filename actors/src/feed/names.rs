//! Which vocabulary an element belongs to: by its declared namespace, else by the prefix that everybody uses.

use url::Url;

use super::base;

/// The vocabularies that say something about media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// RSS of every version and Atom: their words don't contradict each other.
    Core,
    Media,
    Itunes,
    Podcast,
    DublinCore,
    Content,
    Rdf,
    YouTube,
    Other,
}

/// A vocabulary by its address, which people write with `https`, without `www` and with a slash too many.
fn of_uri(uri: &str) -> Option<Space> {
    let uri = uri.trim().to_ascii_lowercase();
    let uri = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://")).unwrap_or(&uri);
    let uri = uri.strip_prefix("www.").unwrap_or(uri).trim_end_matches(['/', '#']);
    match uri {
        "w3.org/2005/atom" | "purl.org/atom/ns" | "purl.org/rss/1.0" | "blogs.law.harvard.edu/tech/rss" => {
            Some(Space::Core)
        }
        "search.yahoo.com/mrss" | "video.search.yahoo.com/mrss" | "rssboard.org/media-rss" => {
            Some(Space::Media)
        }
        "podcastindex.org/namespace/1.0"
        | "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md" => Some(Space::Podcast),
        "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/dc/terms" => {
            Some(Space::DublinCore)
        }
        "purl.org/rss/1.0/modules/content" => Some(Space::Content),
        "w3.org/1999/02/22-rdf-syntax-ns" => Some(Space::Rdf),
        "youtube.com/xml/schemas/2015" => Some(Space::YouTube),
        _ if uri.ends_with("podcast-1.0.dtd") => Some(Space::Itunes),
        _ if uri.contains("netscape.com/rdf/simple/0.9") || uri.contains("backend.userland.com") => {
            Some(Space::Core)
        }
        _ => None,
    }
}

fn of_prefix(prefix: &str) -> Space {
    match prefix {
        "" | "atom" | "atom10" | "a10" | "rss" => Space::Core,
        "media" => Space::Media,
        "itunes" => Space::Itunes,
        "podcast" => Space::Podcast,
        "dc" => Space::DublinCore,
        "content" => Space::Content,
        "rdf" => Space::Rdf,
        "yt" => Space::YouTube,
        _ => Space::Other,
    }
}

/// The vocabulary of a prefix that is declared to have this address.
fn declared(prefix: &str, uri: &str) -> Space {
    if uri.trim().is_empty() {
        return of_prefix(prefix);
    }
    of_uri(uri).unwrap_or_else(|| {
        // An unknown default is what some program made up for RSS; one of the W3C's is XHTML, SVG or MathML.
        let is_markup = uri.contains("w3.org/");
        if prefix.is_empty() && !is_markup { Space::Core } else { Space::Other }
    })
}

/// The attributes of an element: names in lower case with their prefix, values without references.
#[derive(Debug, Default)]
pub(super) struct Attributes(pub(super) Vec<(String, String)>);

impl Attributes {
    /// The first attribute of this name that says something.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim());
        values.find(|value| !value.is_empty())
    }

    /// A number; what is none is nothing.
    pub(super) fn number(&self, name: &str) -> u64 {
        let value = self.get(name).and_then(|value| value.parse::<f64>().ok()).filter(|value| *value > 0.0);
        value.map_or(0, |value| value as u64)
    }

    /// The base for addresses below this element, if it sets one.
    pub(super) fn base(&self, outer: Option<&Url>) -> Option<Url> {
        base::nested(self.get("xml:base")?, outer)
    }

    fn declarations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, uri)| match name.strip_prefix("xmlns")? {
            "" => Some(("", uri.as_str())),
            rest => Some((rest.strip_prefix(':')?, uri.as_str())),
        })
    }
}

/// The declarations that hold at one place of a document.
#[derive(Debug, Default)]
pub(super) struct Spaces {
    declared: Vec<(String, Space)>,
}

impl Spaces {
    /// Declarations beyond these are passed over.
    const DECLARED_MAX: usize = 1_024;

    /// The vocabulary and the name in it of an element called `name`, in lower case, with these attributes.
    pub(super) fn resolve<'n>(&self, name: &'n str, attributes: &Attributes) -> (Space, &'n str) {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let own = attributes.declarations().find(|(known, _)| *known == prefix);
        let space = own.map(|(_, uri)| declared(prefix, uri)).or_else(|| {
            let outer = self.declared.iter().rev().find(|(known, _)| known == prefix);
            outer.map(|(_, space)| *space)
        });
        (space.unwrap_or_else(|| of_prefix(prefix)), local)
    }

    /// Takes over what an element declares for all that is in it.
    pub(super) fn enter(&mut self, attributes: &Attributes) {
        let room = Self::DECLARED_MAX.saturating_sub(self.declared.len());
        let new = attributes.declarations().take(room);
        self.declared.extend(new.map(|(prefix, uri)| (prefix.to_owned(), declared(prefix, uri))));
    }

    /// How many hold here.
    pub(super) fn mark(&self) -> usize {
        self.declared.len()
    }

    /// Forgets what was declared since there were `mark`.
    pub(super) fn leave(&mut self, mark: usize) {
        self.declared.truncate(mark);
    }
}
