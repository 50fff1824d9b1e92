//! JSON as it is sent to JSON that a parser reads to its end, in little memory.
//!
//! Only what is within quotes is touched: half a letter (`\ud83d` alone) becomes the mark of one that is missing, an
//! escape that is none and raw control characters go, and what is longer than anything that is read is cut.
//! Whatever stands in front of the first `{` is left out.

use std::io::{self, BufRead, Read};

/// How much of a text is handed on: more than the longest address.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// A source of JSON in UTF-8, mended.
#[derive(Debug)]
pub(super) struct Mended<R> {
    source: R,
    place: Place,
    /// The first half of a letter, of which the second must follow.
    half: Option<u16>,
    text_bytes: usize,
    piece: Vec<u8>,
    taken: usize,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Before,
    Markup,
    Text,
    Escape,
    /// Within `\uXXXX`: the digits so far, and how many they are.
    Number(u16, u8),
}

impl<R: BufRead> Mended<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, place: Place::Before, half: None, text_bytes: 0, piece: Vec::new(), taken: 0 }
    }

    fn next_piece(&mut self) -> io::Result<bool> {
        self.piece.clear();
        self.taken = 0;
        let mut piece = std::mem::take(&mut self.piece);
        let available = self.source.fill_buf()?;
        let length = available.len();
        let mut state =
            State { place: self.place, half: self.half, text_bytes: self.text_bytes, piece: &mut piece };
        let mut rest = available;
        while let Some((byte, behind)) = rest.split_first() {
            let plain = state.plain(rest);
            if plain > 0 {
                state.keep_plain(&rest[..plain]);
                rest = &rest[plain..];
            } else {
                state.read(*byte);
                rest = behind;
            }
        }
        (self.place, self.half, self.text_bytes) = (state.place, state.half, state.text_bytes);
        self.piece = piece;
        self.source.consume(length);
        Ok(length > 0)
    }
}

struct State<'p> {
    place: Place,
    half: Option<u16>,
    text_bytes: usize,
    piece: &'p mut Vec<u8>,
}

impl State<'_> {
    fn read(&mut self, byte: u8) {
        match (self.place, byte) {
            (Place::Before, b'{') => {
                self.place = Place::Markup;
                self.piece.push(byte);
            }
            // Lines are counted by the parser.
            (Place::Before, b'\n') => self.piece.push(byte),
            (Place::Before, _) => {}
            (Place::Markup, _) => {
                if byte == b'"' {
                    (self.place, self.text_bytes) = (Place::Text, 0);
                }
                self.piece.push(byte);
            }
            (Place::Text, b'"') => {
                self.end_half();
                self.place = Place::Markup;
                self.piece.push(byte);
            }
            (Place::Text, b'\\') => self.place = Place::Escape,
            (Place::Text, 0..0x20) => self.keep(b" "),
            (Place::Text, _) => self.keep(&[byte]),
            (Place::Escape, b'u') => self.place = Place::Number(0, 0),
            (Place::Escape, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.place = Place::Text;
                self.keep(&[b'\\', byte]);
            }
            (Place::Escape, _) => {
                self.place = Place::Text;
                self.read(byte);
            }
            (Place::Number(number, digits), _) => match char::from(byte).to_digit(16) {
                Some(digit) if digits == 3 => {
                    self.place = Place::Text;
                    self.push_number((number << 4) | digit as u16);
                }
                Some(digit) => self.place = Place::Number((number << 4) | digit as u16, digits + 1),
                None => {
                    self.place = Place::Text;
                    self.read(byte);
                }
            },
        }
    }

    fn push_number(&mut self, number: u16) {
        match (self.half.take(), number) {
            (Some(first), 0xDC00..=0xDFFF) => self.keep(format!("\\u{first:04x}\\u{number:04x}").as_bytes()),
            (first, _) => {
                if first.is_some() {
                    self.keep("\u{fffd}".as_bytes());
                }
                match number {
                    0xD800..=0xDBFF => self.half = Some(number),
                    0xDC00..=0xDFFF => self.keep("\u{fffd}".as_bytes()),
                    _ => self.keep(format!("\\u{number:04x}").as_bytes()),
                }
            }
        }
    }

    /// How many bytes come first that mean nothing but themselves.
    fn plain(&self, bytes: &[u8]) -> usize {
        let end = match self.place {
            Place::Text => bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)),
            Place::Markup => bytes.iter().position(|byte| *byte == b'"'),
            Place::Before | Place::Escape | Place::Number(..) => Some(0),
        };
        end.unwrap_or(bytes.len())
    }

    /// Keeps of a text as many whole letters as there is room for, and all of what is none.
    fn keep_plain(&mut self, bytes: &[u8]) {
        if matches!(self.place, Place::Markup) {
            self.piece.extend_from_slice(bytes);
            return;
        }
        self.end_half();
        if self.text_bytes == usize::MAX {
            return;
        }
        let mut end = TEXT_BYTES_MAX.saturating_sub(self.text_bytes).min(bytes.len());
        // A letter that was begun is ended.
        while bytes.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
            end += 1;
        }
        self.piece.extend_from_slice(&bytes[..end]);
        // From here on nothing more of this text.
        self.text_bytes = if end < bytes.len() { usize::MAX } else { self.text_bytes + end };
    }

    /// Keeps a letter of a text if there is room.
    fn keep(&mut self, letter: &[u8]) {
        self.end_half();
        if self.text_bytes < TEXT_BYTES_MAX {
            self.piece.extend_from_slice(letter);
            self.text_bytes += letter.len();
        } else {
            self.text_bytes = usize::MAX;
        }
    }

    fn end_half(&mut self) {
        if self.half.take().is_some() {
            self.keep("\u{fffd}".as_bytes());
        }
    }
}

impl<R: BufRead> BufRead for Mended<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.piece.len() && self.next_piece()? {}
        Ok(&self.piece[self.taken..])
    }

    fn consume(&mut self, amount: usize) {
        self.taken = self.piece.len().min(self.taken + amount);
    }
}

impl<R: BufRead> Read for Mended<R> {
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
    use serde_json::Value;

    use super::*;

    fn mended(json: &str, capacity: usize) -> Value {
        serde_json::from_reader(Mended::new(BufReader::with_capacity(capacity, json.as_bytes()))).unwrap()
    }

    // Field 06: half an emoji in one row costs no list.
    #[test]
    fn what_a_parser_would_refuse_is_mended() {
        for (text, expected) in [
            (r"a\n\u00e9\\", "a\né\\"),
            (r"\ud83d\ude00", "😀"),
            (r"\ud83d", "\u{fffd}"),
            (r"\ud83dx\ude00", "\u{fffd}x\u{fffd}"),
            (r"\ud83d\ud83d\ude00", "\u{fffd}😀"),
            (r"\ud83d\n", "\u{fffd}\n"),
            ("a\u{1}\n\tb", "a   b"),
            (r"\x41\u00g1", "x41g1"),
        ] {
            for capacity in [1, 3, 100] {
                let json = format!("Warning: x\n{{\"{text}\": [\"{text}\"]}}");
                assert_eq!(mended(&json, capacity), serde_json::json!({ expected: [expected] }), "{text}");
            }
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_at_the_end_of_a_letter() {
        for text in ["ü".repeat(100_000), format!("x{}", "ü".repeat(100_000)), "\\u00fc".repeat(100_000)] {
            let value = mended(&format!("{{\"a\": \"{text}\", \"b\": 1}}"), 1_000);
            let kept = value["a"].as_str().unwrap();
            assert!(kept.len() <= TEXT_BYTES_MAX + 8 && kept.ends_with('ü'), "{}", kept.len());
            assert_eq!(value["b"], 1);
        }
    }

    proptest! {
        #[test]
        fn json_is_itself_however_it_is_cut(text in "\\PC{0,40}", capacity in 1..20_usize) {
            let value = serde_json::json!({ "a": [text, 1.5, null], "b\"\\\u{1}\u{1F600}": { "c": true } });
            prop_assert_eq!(mended(&value.to_string(), capacity), value);
        }
    }
}
