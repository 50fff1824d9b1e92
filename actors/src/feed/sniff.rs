//! Whether something is a feed, by its first bytes.

use super::encoding;

/// How much of an answer is looked at.
pub const HEAD_BYTES: usize = 4 * 1024;

/// The kinds of feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// RSS 0.91 to 2.0: items in a channel.
    Rss,
    /// RSS 0.90 and 1.0: items beside the channel.
    Rdf,
    /// Atom.
    Atom,
    /// JSON Feed.
    Json,
}

/// What stands in front of some feeds by mistake: the tags of a warning that PHP wrote.
const WARNING_TAGS: [&str; 18] = [
    "br", "b", "i", "em", "strong", "a", "p", "div", "span", "font", "pre", "code", "hr", "table", "tr",
    "td", "th", "tbody",
];

/// Whether a feed begins with these bytes (at most [`HEAD_BYTES`] of them are looked at), and which kind it is.
///
/// The bytes count; what the header says of them decides only where the first element is further away than that.
pub fn sniff(head: &[u8], content_type: Option<&str>) -> Option<Kind> {
    let head = &head[..head.len().min(HEAD_BYTES)];
    let text = encoding::peek(head, content_type);
    let mime = content_type.and_then(|header| header.split(';').next()).unwrap_or_default().trim();
    let start = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    if start.starts_with('{') {
        return json(start, mime);
    }
    let root = Looking { rest: start }.root();
    match root {
        Found::Root(name, tag) => of_root(&name, tag, start),
        Found::Unfinished if head.len() == HEAD_BYTES && start.starts_with('<') => of_mime(mime),
        Found::Nothing | Found::Unfinished => None,
    }
}

fn json(start: &str, mime: &str) -> Option<Kind> {
    let is_told = mime.eq_ignore_ascii_case("application/feed+json");
    let is_named = start.contains("jsonfeed.org/version/") || start.contains("jsonfeed.org\\/version\\/");
    (is_told || is_named).then_some(Kind::Json)
}

fn of_mime(mime: &str) -> Option<Kind> {
    match mime.to_ascii_lowercase().as_str() {
        "application/rss+xml" => Some(Kind::Rss),
        "application/atom+xml" => Some(Kind::Atom),
        _ => None,
    }
}

/// What the first element makes of a document.
fn of_root(name: &str, tag: &str, text: &str) -> Option<Kind> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    match local {
        "rss" => Some(Kind::Rss),
        // Somebody forgot the element around it.
        "channel" if text.contains("<item") || text.contains("<title") => Some(Kind::Rss),
        "rdf" => {
            let is_rss = ["purl.org/rss/1.0", "netscape.com/rdf/simple/0.9", "<channel", "<item"];
            is_rss.iter().any(|sign| text.contains(sign)).then_some(Kind::Rdf)
        }
        "feed" => {
            let is_atom = tag.contains("w3.org/2005/Atom") || tag.contains("purl.org/atom");
            let is_of_nobody = prefix.is_empty() && !tag.contains("xmlns=");
            (is_atom || is_of_nobody).then_some(Kind::Atom)
        }
        _ => None,
    }
}

enum Found<'t> {
    /// The first element that is none of a warning: its name in lower case, and all of its tag that is there.
    Root(String, &'t str),
    /// It is no markup, or no feed's.
    Nothing,
    /// The text ends before.
    Unfinished,
}

/// Walks along a text up to its first element.
struct Looking<'t> {
    rest: &'t str,
}

impl<'t> Looking<'t> {
    fn root(mut self) -> Found<'t> {
        loop {
            let Some(at) = self.rest.find('<') else { return Found::Unfinished };
            // A media file may hold anything, but no text in front of a feed holds this.
            if self.rest[..at].contains('\0') {
                return Found::Nothing;
            }
            self.rest = &self.rest[at..];
            let passed = if self.rest.starts_with("<!--") {
                self.pass("-->")
            } else if self.rest.starts_with("<?") {
                self.pass(if self.rest.starts_with("<?xml") { ">" } else { "?>" })
            } else if self.rest.starts_with("<!") {
                // `<!DOCTYPE html>`, with or without letters in capitals.
                let end = self.rest.floor_char_boundary(32);
                if self.rest[..end].to_ascii_lowercase().contains("doctype html") {
                    return Found::Nothing;
                }
                self.pass_doctype()
            } else {
                let name = name(self.rest[1..].trim_start_matches('/'));
                match name.as_str() {
                    // A `<` that is no tag.
                    "" => self.pass("<"),
                    warning if WARNING_TAGS.contains(&warning) => self.pass(">"),
                    _ => {
                        let end = self.rest.find('>').unwrap_or(self.rest.len());
                        return Found::Root(name, &self.rest[..end]);
                    }
                }
            };
            if !passed {
                return Found::Unfinished;
            }
        }
    }

    fn pass(&mut self, end: &str) -> bool {
        let Some(at) = self.rest.find(end) else { return false };
        self.rest = &self.rest[at + end.len()..];
        true
    }

    fn pass_doctype(&mut self) -> bool {
        let subset = self.rest.find('[').filter(|open| !self.rest[..*open].contains('>'));
        (subset.is_none() || self.pass("]")) && self.pass(">")
    }
}

fn name(text: &str) -> String {
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, ':' | '_' | '-' | '.');
    let end = text.find(|letter| !is_name(letter)).unwrap_or(text.len());
    let name = &text[..end];
    if name.starts_with(|first: char| first.is_alphabetic() || first == '_') {
        name.to_ascii_lowercase()
    } else {
        String::new()
    }
}
