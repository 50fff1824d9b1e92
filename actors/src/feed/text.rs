//! Text of a feed: references to letters, and titles as plain text.

use mediary_schema::bounded;

/// The longest name of a letter in HTML has 31 letters.
const NAME_BYTES_MAX: usize = 40;

/// How a title is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// Every letter stands for itself.
    Plain,
    /// It is HTML.
    Html,
    /// Nobody says: what is plainly HTML is taken for it.
    Unknown,
}

/// What stands in an element, piece by piece and no longer than needed.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathered {
    text: String,
    /// The first half of a letter that was given in two halves.
    half: Option<u32>,
}

impl Gathered {
    /// An address, an id or a title may be shorter, but need not be longer to be seen to be too long.
    const BYTES_MAX: usize = 16 * 1024;

    pub(super) fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.end_half();
        let room = Self::BYTES_MAX.saturating_sub(self.text.len());
        self.text.push_str(&text[..text.floor_char_boundary(room)]);
    }

    /// Adds what `&name;` stands for, which is itself if nobody knows it.
    pub(super) fn push_reference(&mut self, name: &str) {
        if let Some(number) = number(name) {
            self.push_number(number);
        } else if name.len() <= NAME_BYTES_MAX && !name.contains(['&', ';', ' ']) {
            self.push(&html_escape::decode_html_entities(&format!("&{name};")));
        } else {
            self.push("&");
            self.push(name);
            self.push(";");
        }
    }

    pub(super) fn end(mut self) -> String {
        self.end_half();
        self.text
    }

    fn push_number(&mut self, number: u32) {
        match (self.half, number) {
            (None, 0xD800..=0xDBFF) => self.half = Some(number),
            (Some(first), 0xDC00..=0xDFFF) => {
                self.half = None;
                let letter = 0x1_0000 + ((first - 0xD800) << 10) + (number - 0xDC00);
                self.push_letter(letter);
            }
            _ => self.push_letter(number),
        }
    }

    fn push_letter(&mut self, number: u32) {
        // Numbers of windows-1252 are meant where Unicode has control characters.
        let letter = match u8::try_from(number) {
            Ok(byte @ 0x80..=0x9F) => {
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next()
            }
            _ => char::from_u32(number),
        };
        self.push(letter.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4]));
    }

    fn end_half(&mut self) {
        if self.half.take().is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// The number of `#233` or `#xE9`; one that is too large for a letter is none.
fn number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('#')?;
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    is_number.then(|| u32::from_str_radix(digits, radix).unwrap_or(u32::MAX))
}

/// A text with every reference in it resolved once; a bare `&` is itself.
pub(super) fn unescaped(text: &str) -> String {
    let mut gathered = Gathered::default();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        gathered.push(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '#');
        match end.filter(|end| *end > 0 && rest[*end..].starts_with(';')) {
            Some(end) => {
                gathered.push_reference(&rest[..end]);
                rest = &rest[end + 1..];
            }
            None => gathered.push("&"),
        }
    }
    gathered.push(rest);
    gathered.end()
}

/// A title as plain text: one line, no tags, no control characters, no longer than an event may hold it.
///
/// Programs escape titles once more than they should oftener than anybody writes about escapes, so what is still
/// escaped after reading is resolved up to twice.
pub(super) fn title(text: &str, markup: Markup) -> Option<String> {
    let text = match markup {
        Markup::Plain => text.to_owned(),
        Markup::Html | Markup::Unknown => {
            unescaped(&unescaped(&without_tags(text, markup == Markup::Unknown)))
        }
    };
    let mut line = String::with_capacity(text.len().min(bounded::TITLE_BYTES_MAX));
    for word in text.split(|letter: char| letter.is_whitespace()) {
        let start = line.len();
        line.extend(word.chars().filter(|letter| is_shown(*letter)));
        if line.len() > start && start > 0 {
            line.insert(start, ' ');
        }
    }
    (!line.is_empty()).then(|| bounded::cut(line, bounded::TITLE_BYTES_MAX))
}

fn is_shown(letter: char) -> bool {
    !letter.is_control() && !matches!(letter, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// What is a tag although nobody says that there are any.
const TAGS: [&str; 30] = [
    "a", "abbr", "b", "big", "br", "center", "cite", "code", "del", "div", "em", "font", "h1", "h2", "h3",
    "h4", "i", "img", "ins", "li", "p", "q", "s", "small", "span", "strong", "sub", "sup", "u", "wbr",
];
/// Tags that stand between words.
const BREAKS: [&str; 5] = ["br", "div", "li", "p", "img"];

fn without_tags(text: &str, only_known: bool) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        clean.push_str(&rest[..at]);
        rest = &rest[at..];
        let name = rest[1..].trim_start_matches('/');
        let end = name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len());
        let name = name[..end].to_ascii_lowercase();
        let is_named = name.starts_with(|first: char| first.is_ascii_alphabetic());
        let is_tag = (is_named && (!only_known || TAGS.contains(&name.as_str()))) || rest.starts_with("<!--");
        if let Some(end) = rest.find('>').filter(|_| is_tag) {
            rest = &rest[end + 1..];
            if BREAKS.contains(&name.as_str()) {
                clean.push(' ');
            }
        } else {
            clean.push('<');
            rest = &rest[1..];
        }
    }
    clean + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_once_and_what_is_none_is_itself() {
        for (text, expected) in [
            ("a&amp;b&lt;&gt;&quot;&apos;", "a&b<>\"'"),
            ("Jos&eacute;&hellip;&NotEqualTilde;", "José…≂̸"),
            ("&#233;&#xE9;&#XE9;", "ééé"),
            ("&#146;&#x93;", "’“"),
            ("&#xD83D;", "\u{fffd}"),
            ("&#xD83D;x", "\u{fffd}x"),
            ("&#xD83D;&#xDE00;", "😀"),
            ("&#xDE00;&#xD83D;", "\u{fffd}\u{fffd}"),
            ("&#99999999999;", "\u{fffd}"),
            ("Q&A & &; &# &#; &#x; &#xZ; &nosuch;", "Q&A & &; &# &#; &#x; &#xZ; &nosuch;"),
            ("&amp;amp;", "&amp;"),
            ("?a=1&copy=2&lt", "?a=1&copy=2&lt"),
        ] {
            assert_eq!(unescaped(text), expected, "{text:?}");
        }
    }

    // Field 10d.
    #[test]
    fn a_title_is_one_line_of_plain_text() {
        for (text, markup, expected) in [
            ("Tom &amp;amp; Jerry&amp;#8217;s", Markup::Unknown, "Tom & Jerry’s"),
            ("Tom & Jerry", Markup::Unknown, "Tom & Jerry"),
            ("<b>Tom</b> <i class='x'>&amp;</i> Jerry", Markup::Unknown, "Tom & Jerry"),
            ("One<br/>two", Markup::Html, "One two"),
            ("x<blink>y</blink><!-- z -->", Markup::Html, "xy"),
            ("1 < 2 and <T> is a type", Markup::Unknown, "1 < 2 and <T> is a type"),
            ("3 <b", Markup::Unknown, "3 <b"),
            ("&lt;b> &amp;", Markup::Plain, "&lt;b> &amp;"),
            ("  a\u{a0}\n\tb\u{0}\u{7}c\u{85} \u{feff}", Markup::Plain, "a bc"),
        ] {
            assert_eq!(title(text, markup).as_deref(), Some(expected), "{text:?}");
        }
        assert_eq!(title(" \n\u{1}", Markup::Unknown), None);
    }

    // Field 16e.
    #[test]
    fn a_title_is_cut_at_the_end_of_a_letter() {
        let mut gathered = Gathered::default();
        gathered.push(&"ü".repeat(150_000));
        let cut = title(&gathered.end(), Markup::Unknown).unwrap();
        assert!(cut.len() <= bounded::TITLE_BYTES_MAX && cut.starts_with("üüü") && cut.ends_with('…'));
    }
}
