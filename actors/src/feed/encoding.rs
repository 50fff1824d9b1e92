//! Bytes in whatever encoding to UTF-8, piece by piece.
//!
//! What says which it is, the surest first: a byte order mark; UTF-16 seen in the bytes; the answer's header; the
//! XML declaration. Where one of the last two says UTF-8 and the other something else, it is read as UTF-8 and what
//! is none as that other one, since hardly any text of another encoding is UTF-8 by chance. ISO-8859-1 in a header
//! is what some servers say of everything: a declaration counts more. Bytes that are no UTF-8 in a feed that says
//! it is are windows-1252, since that is what they were in most programs that wrote them.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes are turned into UTF-8 at a time.
const PIECE_BYTES: usize = 8 * 1024;
/// How much of the beginning of a declaration is read.
const DECLARATION_BYTES: usize = 512;

/// Which encoding a feed is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chosen {
    encoding: &'static Encoding,
    /// What bytes are that are no UTF-8.
    otherwise: &'static Encoding,
    /// How long the byte order mark is.
    mark_bytes: usize,
}

/// Decides by the first bytes and by what the answer's `Content-Type` says.
pub(super) fn choose(head: &[u8], content_type: Option<&str>) -> Chosen {
    let plainly = |encoding| Chosen { encoding, otherwise: WINDOWS_1252, mark_bytes: 0 };
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(head) {
        return Chosen { mark_bytes, ..plainly(encoding) };
    }
    if let Some(encoding) = utf_16(head) {
        return plainly(encoding);
    }
    let told = content_type.and_then(charset).and_then(of_label);
    let declared = declared(head).and_then(|label| of_label(&label));
    match (told, declared) {
        (None, None) => plainly(UTF_8),
        // Without a declaration XML is UTF-8, whatever a server says of all its files.
        (Some(told), None) if told == WINDOWS_1252 => plainly(UTF_8),
        (Some(one), None) | (None, Some(one)) => plainly(one),
        (Some(told), Some(declared)) if told == declared => plainly(told),
        (Some(one), Some(other)) if one == UTF_8 || other == UTF_8 => {
            let otherwise = if one == UTF_8 { other } else { one };
            if otherwise.is_single_byte() {
                Chosen { encoding: UTF_8, otherwise, mark_bytes: 0 }
            } else {
                plainly(if is_utf_8(head) { UTF_8 } else { otherwise })
            }
        }
        (Some(told), Some(declared)) => plainly(if told == WINDOWS_1252 { declared } else { told }),
    }
}

/// The beginning as text, for whoever only looks at it.
pub(super) fn peek(head: &[u8], content_type: Option<&str>) -> String {
    let chosen = choose(head, content_type);
    chosen.encoding.decode_without_bom_handling(&head[chosen.mark_bytes..]).0.into_owned()
}

/// UTF-16 without a mark: every other byte of markup is zero.
fn utf_16(head: &[u8]) -> Option<&'static Encoding> {
    let zero_at = |place: usize| {
        let mut pairs = head.chunks_exact(2).take(4).peekable();
        pairs.peek().is_some() && pairs.all(|pair| pair[place] == 0 && pair[1 - place] != 0)
    };
    match (zero_at(0), zero_at(1)) {
        (true, _) => Some(UTF_16BE),
        (_, true) => Some(UTF_16LE),
        (false, false) => None,
    }
}

fn is_utf_8(head: &[u8]) -> bool {
    let is_told = !head.is_ascii();
    is_told && std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true)
}

fn of_label(label: impl AsRef<[u8]>) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label_no_replacement(label.as_ref())?;
    // The bytes have shown that it is not UTF-16.
    Some(if encoding == UTF_16BE || encoding == UTF_16LE { UTF_8 } else { encoding })
}

/// The `charset` of a `Content-Type`.
fn charset(content_type: &str) -> Option<&str> {
    let mut parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Some(value.trim().trim_matches(['"', '\'']))
}

/// The `encoding` of the XML declaration, wherever in the head that stands.
fn declared(head: &[u8]) -> Option<Vec<u8>> {
    let start = head.windows(5).position(|word| word == b"<?xml")?;
    let declaration = &head[start..head.len().min(start + DECLARATION_BYTES)];
    let end = declaration.iter().position(|byte| *byte == b'>').unwrap_or(declaration.len());
    let declaration = &declaration[..end];
    let at = declaration.windows(8).position(|word| word.eq_ignore_ascii_case(b"encoding"))? + 8;
    let value = declaration[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    let end = value.iter().position(|byte| byte == quote)?;
    Some(value[..end].to_vec())
}

/// A source as UTF-8; every piece ends at the end of a letter.
#[derive(Debug)]
pub(super) struct Decoded<R> {
    source: R,
    decoding: Decoding,
    piece: String,
    taken: usize,
    skip: usize,
    is_ended: bool,
}

enum Decoding {
    /// Bytes of a letter that is not there as a whole yet, and what stands for bytes that are none.
    Utf8 {
        begun: Vec<u8>,
        otherwise: &'static Encoding,
    },
    Other(Decoder),
}

impl std::fmt::Debug for Decoding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Utf8 { .. } => "Utf8",
            Self::Other(decoder) => decoder.encoding().name(),
        })
    }
}

impl<R: BufRead> Decoded<R> {
    pub(super) fn new(source: R, chosen: Chosen) -> Self {
        let decoding = if chosen.encoding == UTF_8 {
            Decoding::Utf8 { begun: Vec::new(), otherwise: chosen.otherwise }
        } else {
            Decoding::Other(chosen.encoding.new_decoder_without_bom_handling())
        };
        Self { source, decoding, piece: String::new(), taken: 0, skip: chosen.mark_bytes, is_ended: false }
    }

    fn next_piece(&mut self) -> io::Result<()> {
        self.piece.clear();
        self.taken = 0;
        let bytes = loop {
            match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                bytes => break bytes?,
            }
        };
        self.is_ended = bytes.is_empty();
        let length = bytes.len().min(PIECE_BYTES);
        let skipped = self.skip.min(length);
        self.skip -= skipped;
        let bytes = &bytes[skipped..length];
        match &mut self.decoding {
            Decoding::Utf8 { begun, otherwise } if begun.is_empty() => {
                let rest = push_utf_8(bytes, self.is_ended, otherwise, &mut self.piece);
                begun.extend_from_slice(rest);
            }
            Decoding::Utf8 { begun, otherwise } => {
                let mut joined = std::mem::take(begun);
                joined.extend_from_slice(bytes);
                begun.extend_from_slice(push_utf_8(&joined, self.is_ended, otherwise, &mut self.piece));
            }
            Decoding::Other(decoder) => {
                // None only where the length does not fit into a number.
                self.piece.reserve(decoder.max_utf8_buffer_length(length).unwrap_or(PIECE_BYTES));
                let (_result, _read, _replaced) =
                    decoder.decode_to_string(bytes, &mut self.piece, self.is_ended);
            }
        }
        self.source.consume(length);
        Ok(())
    }
}

/// Appends what is UTF-8 as it is and the rest as something else; gives back the beginning of a last letter.
fn push_utf_8<'a>(
    bytes: &'a [u8],
    is_last: bool,
    otherwise: &'static Encoding,
    piece: &mut String,
) -> &'a [u8] {
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        piece.push_str(chunk.valid());
        let strange = chunk.invalid();
        let may_go_on = !is_last
            && chunks.peek().is_none()
            && std::str::from_utf8(strange).is_err_and(|error| error.error_len().is_none());
        if may_go_on {
            return strange;
        }
        piece.push_str(&otherwise.decode_without_bom_handling(strange).0);
    }
    &[]
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.piece.len() && !self.is_ended {
            self.next_piece()?;
        }
        Ok(&self.piece.as_bytes()[self.taken..])
    }

    fn consume(&mut self, amount: usize) {
        self.taken = self.piece.len().min(self.taken + amount);
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.fill_buf()?.read(buffer)?;
        self.consume(amount);
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    fn decoded(bytes: &[u8], content_type: Option<&str>, capacity: usize) -> String {
        let mut text = String::new();
        let source = BufReader::with_capacity(capacity, bytes);
        Decoded::new(source, choose(bytes, content_type)).read_to_string(&mut text).unwrap();
        text
    }

    fn xml(encoding: &str, text: &[u8]) -> Vec<u8> {
        let mut bytes = format!("<?xml version='1.0' encoding='{encoding}'?>").into_bytes();
        bytes.extend_from_slice(text);
        bytes
    }

    fn utf_16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    }

    // Field 10.
    #[test]
    fn letters_are_read_whoever_says_what_they_are() {
        let legacy = "text/xml; charset=ISO-8859-1";
        let cases: [(&str, Vec<u8>, Option<&str>, &str); 19] = [
            ("plain", "Café".into(), None, "Café"),
            ("mark", b"\xEF\xBB\xBFCaf\xC3\xA9".to_vec(), None, "Café"),
            ("declared 1", xml("ISO-8859-1", b"Caf\xE9"), None, "Café"),
            ("declared 15", xml("iso-8859-15", b"\xA4"), None, "€"),
            ("declared 1251", xml("windows-1251", b"\xCF\xF0\xE8"), None, "При"),
            ("declared Shift_JIS", xml("Shift_JIS", b"\x93\xFA\x96\x7B"), None, "日本"),
            ("header", b"<a>\xCF\xF0\xE8".to_vec(), Some("text/xml; charset=\"windows-1251\""), "При"),
            ("header of all files", "<a>Café".into(), Some(legacy), "Café"),
            ("header of all files, truly", b"<a>Caf\xE9".to_vec(), Some(legacy), "Café"),
            ("header against declaration", xml("utf-8", "Café".as_bytes()), Some(legacy), "Café"),
            ("header against Russian", xml("windows-1251", b"\xCF\xF0\xE8"), Some(legacy), "При"),
            (
                "header UTF-8 against 1251",
                xml("windows-1251", "При".as_bytes()),
                Some("text/xml; charset=utf-8"),
                "При",
            ),
            ("says UTF-8, is not", xml("UTF-8", b"\x93Caf\xE9\x94 \xC3\xA9"), None, "“Café” é"),
            ("declares UTF-16, is not", xml("UTF-16", "Café".as_bytes()), None, "Café"),
            ("unknown label", xml("klingon", "Café".as_bytes()), None, "Café"),
            ("UTF-16 LE", utf_16("<é>", false), None, "<é>"),
            ("UTF-16 BE", utf_16("\n <rss>é", true), None, "é"),
            ("UTF-16 LE after blanks", utf_16("\r\n<rss>é", false), None, "é"),
            ("UTF-16 with mark", utf_16("\u{feff}<é>", true), Some(legacy), "<é>"),
        ];
        for (name, bytes, content_type, expected) in cases {
            for capacity in [1, 2, 3, 5, 100] {
                let text = decoded(&bytes, content_type, capacity);
                assert!(text.ends_with(expected) && !text.contains('\u{fffd}'), "{name}: {text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn utf_8_is_itself_however_it_is_cut(text in "\\PC{0,60}", capacity in 1..20_usize) {
            prop_assert_eq!(decoded(text.as_bytes(), Some("a/b; charset=utf-8"), capacity), text);
        }

        #[test]
        fn no_byte_is_lost_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), capacity in 1..20_usize) {
            let head = Chosen { encoding: UTF_8, otherwise: WINDOWS_1252, mark_bytes: 0 };
            let mut text = String::new();
            Decoded::new(BufReader::with_capacity(capacity, bytes.as_slice()), head).read_to_string(&mut text).unwrap();
            let is_replaced = text.contains(char::REPLACEMENT_CHARACTER);
            prop_assert!(!is_replaced || bytes.windows(3).any(|three| three == b"\xEF\xBF\xBD"));
        }
    }
}
