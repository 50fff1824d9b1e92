//! What is a media file, by what is said of it and by its first bytes.

/// Types of media that are one file, and the ending of such files.
const TYPES: &[(&str, &str)] = &[
    ("video/mp4", "mp4"),
    ("video/x-m4v", "mp4"),
    ("video/webm", "webm"),
    ("video/quicktime", "mov"),
    ("video/x-matroska", "mkv"),
    ("video/mp2t", "ts"),
    ("audio/mpeg", "mp3"),
    ("audio/mp3", "mp3"),
    ("audio/x-mp3", "mp3"),
    ("audio/mpeg3", "mp3"),
    ("audio/mp4", "m4a"),
    ("audio/x-m4a", "m4a"),
    ("audio/m4a", "m4a"),
    ("audio/aac", "aac"),
    ("audio/aacp", "aac"),
    ("audio/ogg", "ogg"),
    ("audio/opus", "opus"),
    ("audio/flac", "flac"),
    ("audio/x-flac", "flac"),
    ("audio/wav", "wav"),
    ("audio/x-wav", "wav"),
    ("audio/webm", "webm"),
    ("application/ogg", "ogg"),
];

/// Types that say nothing of what is sent.
const SILENT: &[&str] =
    &["application/octet-stream", "binary/octet-stream", "application/force-download", ""];

/// Endings of paths that are media files.
const ENDINGS: &[&str] =
    &["mp4", "m4v", "webm", "mov", "mkv", "ts", "mp3", "m4a", "aac", "ogg", "oga", "opus", "flac", "wav"];

/// What the head of an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A media file with this ending.
    Media(&'static str),
    /// Nothing: the first bytes have to.
    Unsaid,
    /// Something else.
    Other,
}

impl Kind {
    /// By the type of an answer.
    pub(super) fn of_type(content_type: Option<&str>) -> Self {
        let bare = content_type.and_then(|name| name.split(';').next()).unwrap_or_default().trim();
        let bare = bare.to_ascii_lowercase();
        match TYPES.iter().find(|(name, _)| *name == bare) {
            Some((_, ending)) => Self::Media(ending),
            None if SILENT.contains(&bare.as_str()) => Self::Unsaid,
            None => Self::Other,
        }
    }
}

/// The ending of a media file at this address, if its path has one.
pub(super) fn ending(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next()?;
    let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    ENDINGS.iter().find(|known| ending.eq_ignore_ascii_case(known)).copied()
}

/// The ending of a media file that begins like this (the marks of the formats' own specifications).
pub(super) fn by_bytes(head: &[u8]) -> Option<&'static str> {
    match head {
        [_, _, _, _, b'f', b't', b'y', b'p', b'M', b'4', b'A', ..] => Some("m4a"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'q', b't', ..] => Some("mov"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("mp4"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(if has(head, b"webm") { "webm" } else { "mkv" }),
        [b'O', b'g', b'g', b'S', ..] => Some(if has(head, b"OpusHead") { "opus" } else { "ogg" }),
        [b'f', b'L', b'a', b'C', ..] => Some("flac"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some("wav"),
        [b'I', b'D', b'3', ..] => Some("mp3"),
        // Layer bits are 00 in ADTS, and 01 in MPEG layer III.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Some("aac"),
        [0xff, second, ..] if second & 0xe6 == 0xe2 => Some("mp3"),
        _ if head.len() > 188 && head[0] == 0x47 && head[188] == 0x47 => Some("ts"),
        _ => None,
    }
}

fn has(head: &[u8], mark: &[u8]) -> bool {
    head.windows(mark.len()).any(|bytes| bytes == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_says_what_it_is_or_that_it_says_nothing() {
        assert_eq!(Kind::of_type(Some("Audio/MPEG; charset=x")), Kind::Media("mp3"));
        assert_eq!(Kind::of_type(Some("application/octet-stream")), Kind::Unsaid);
        assert_eq!(Kind::of_type(None), Kind::Unsaid);
        for other in ["text/html", "application/vnd.apple.mpegurl", "audio/x-mpegurl", "image/png"] {
            assert_eq!(Kind::of_type(Some(other)), Kind::Other, "{other}");
        }
    }

    #[test]
    fn an_ending_is_that_of_the_path() {
        assert_eq!(ending("http://a.example/x/ep.MP3?token=1.html"), Some("mp3"));
        assert_eq!(ending("http://a.example/ep.html?x=ep.mp3"), None);
        assert_eq!(ending("http://a.mp3/"), None);
    }

    #[test]
    fn first_bytes_tell() {
        for (head, expected) in [
            (&b"\0\0\0\x20ftypisom"[..], Some("mp4")),
            (b"\0\0\0\x20ftypM4A ", Some("m4a")),
            (b"\x1a\x45\xdf\xa3....matroska", Some("mkv")),
            (b"OggS....OpusHead", Some("opus")),
            (b"ID3\x04", Some("mp3")),
            (b"\xff\xfb\x90\x64", Some("mp3")),
            (b"\xff\xf1\x50\x80", Some("aac")),
            (b"<!DOCTYPE html>", None),
            (b"", None),
        ] {
            assert_eq!(by_bytes(head), expected, "{head:?}");
        }
    }
}
