//! Rows as files of playlists have them, which other programs read and write.
//!
//! Guarantees: what is written is read as what it was; no text is refused but one that is no file of the format, and no row of it
//! is left out in silence.

use async_graphql::Enum;
use mediary_schema::Subject;

use super::{m3u8, xspf};

/// A format of files of playlists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PlaylistFormat")]
pub(crate) enum Format {
    /// M3U in UTF-8: a path a line, which every player reads.
    #[graphql(name = "M3U8")]
    M3u8,
    /// XSPF: XML with titles, lengths and addresses.
    Xspf,
}

/// A row of such a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Track {
    /// What it is here, if that is said.
    pub(crate) thing: Option<Subject>,
    /// What it is called; empty if that is not said.
    pub(crate) title: String,
    /// Where it is: a path, with `/` between folders, or an address.
    pub(crate) location: String,
    /// How long it is.
    pub(crate) duration_ms: Option<u64>,
}

/// What is no file of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) String);

impl Format {
    /// What a text is, if nobody says so: XML begins with a tag.
    pub(crate) fn of(text: &str) -> Self {
        if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
            Self::Xspf
        } else {
            Self::M3u8
        }
    }

    pub(crate) fn write(self, name: &str, tracks: &[Track]) -> String {
        match self {
            Self::M3u8 => m3u8::write(name, tracks),
            Self::Xspf => xspf::write(name, tracks),
        }
    }

    pub(crate) fn read(self, text: &str) -> Result<Vec<Track>, Unreadable> {
        match self {
            Self::M3u8 => Ok(m3u8::read(text)),
            Self::Xspf => xspf::read(text),
        }
    }

    /// Whether a path can be written so that it is read again: a line has no line breaks, and XML no control characters.
    pub(crate) fn can_write(self, path: &str) -> bool {
        match self {
            Self::M3u8 => !path.contains(char::is_control) && path.trim() == path && !path.is_empty(),
            Self::Xspf => !path.is_empty(),
        }
    }
}

/// A text as one line: what breaks lines or can't be seen is a blank.
pub(super) fn line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect::<String>()
        .trim()
        .to_owned()
}

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// A path as an address of it, with escapes where one needs them.
pub(super) fn escaped(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let digits = [byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)]));
            escaped.extend(['%', digits[0], digits[1]]);
        }
    }
    if path.starts_with('/') { format!("file://{escaped}") } else { escaped }
}

/// The path that an address is of; an address of another machine stays what it is.
pub(super) fn unescaped(address: &str) -> String {
    let path = match address.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => {
            // Between the slashes may be the name of this machine.
            rest.find('/').map_or("", |at| &rest[at..])
        }
        Some(_) => return address.to_owned(),
        None => address,
    };
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| *byte == b'%' && !digits.starts_with('+'));
        let escape = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escape.unwrap_or(*byte));
        rest = if escape.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}
