//! What a browser is told of the bytes of a file, so that it plays what it can play and runs nothing.

use axum::http::HeaderValue;

/// What everything is that is neither played nor shown: browsers save it.
const BYTES: &str = "application/octet-stream";

/// The media type of what browsers play or show in place, by the ending of its path. Whatever else there is, above all what can
/// have a script in it (HTML, SVG, XML, PDF), is bytes.
pub(super) fn media_type(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "mov" => "video/quicktime",
        "ogv" => "video/ogg",
        "avi" => "video/x-msvideo",
        "ts" | "m2ts" => "video/mp2t",
        "mpg" | "mpeg" => "video/mpeg",
        "3gp" => "video/3gpp",
        "flv" => "video/x-flv",
        "mp3" => "audio/mpeg",
        "m4a" | "m4b" => "audio/mp4",
        "aac" => "audio/aac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "flac" => "audio/flac",
        "wav" => "audio/wav",
        "mka" => "audio/x-matroska",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "avif" => "image/avif",
        _ => BYTES,
    }
}

/// Whether something of this type is shown in place rather than saved.
pub(super) fn is_shown(media_type: &str) -> bool {
    media_type != BYTES
}

/// Whether a path leads to a picture that browsers show.
pub(crate) fn is_picture(path: &str) -> bool {
    media_type(path).starts_with("image/")
}

/// Whether subtitles of this path can be told as WebVTT, which is all that browsers read.
pub(crate) fn is_text_track(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ["vtt", "srt"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// How a file is to be taken, and under which name it is saved (RFC 6266, RFC 8187).
pub(super) fn disposition(is_inline: bool, name: &str) -> HeaderValue {
    let how = if is_inline { "inline" } else { "attachment" };
    let is_plain = |byte: u8| (0x20..0x7f).contains(&byte) && !matches!(byte, b'"' | b'\\' | b'%');
    // What reads no more than this has a name all the same.
    let plain: String =
        name.chars().map(|one| if one.is_ascii() && is_plain(one as u8) { one } else { '_' }).collect();
    let mut text = format!("{how}; filename=\"{plain}\"");
    if plain != name {
        text.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                text.push(char::from(byte));
            } else {
                text.extend(['%', hex(byte >> 4), hex(byte & 15)]);
            }
        }
    }
    HeaderValue::from_str(&text).expect("every letter of it is a visible one of ASCII, or a space")
}

fn hex(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).expect("four bits are one digit").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    // DL-11, SE-13.
    #[test]
    fn what_can_have_a_script_in_it_is_saved_and_not_shown() {
        for path in [
            "a.html",
            "a.htm",
            "a.svg",
            "a.xhtml",
            "a.xml",
            "a.pdf",
            "a.js",
            "a.nfo",
            "a.mp4.HTML",
            "a",
            "mp4",
        ] {
            assert!(!is_shown(media_type(path)), "{path}");
        }
        assert_eq!(media_type("Talks/One [t-1].MP4"), "video/mp4");
        assert!(is_picture("a-thumb.jpg") && !is_picture("a-thumb.svg"));
        assert!(is_text_track("a.en.srt") && is_text_track("a.en.VTT") && !is_text_track("a.en.ass"));
    }

    #[test]
    fn a_name_is_told_whole_and_ends_no_header() {
        assert_eq!(disposition(true, "One [t-1].mp4"), "inline; filename=\"One [t-1].mp4\"");
        assert_eq!(
            disposition(false, "Früh \"%\r\n.mp4"),
            "attachment; filename=\"Fr_h ____.mp4\"; filename*=UTF-8''Fr%C3%BCh%20%22%25%0D%0A.mp4"
        );
    }
}
