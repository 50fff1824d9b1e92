//! XML as it is sent to XML that a parser can go through without end and without much memory.
//!
//! Token by token: comments, instructions and document types are left out (with them every entity that a feed
//! declares: none is ever expanded or fetched); a `<` that begins nothing is escaped; a tag whose quote or bracket
//! is missing ends where the next one begins; what is longer than anything that is read of it is cut. What the
//! parser can't do is what stands here: it reads every token whole, and gives up at the first that is none.

use std::io::{self, BufRead, Read};

/// How much of a text between two tags is handed on: more than the longest address.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// How much of a tag is handed on; what is cut within an address leaves one that is too long to be one.
pub(super) const TAG_BYTES_MAX: usize = 64 * 1024;

/// A source of XML in UTF-8, mended.
#[derive(Debug)]
pub(super) struct Mended<R> {
    source: R,
    /// What was read too far, in front of the source.
    back: Vec<u8>,
    back_taken: usize,
    token: Vec<u8>,
    taken: usize,
    /// How much of the text since the last tag was handed on.
    text_bytes: usize,
    line: u64,
    is_cut: bool,
}

impl<R: BufRead> Mended<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            back: Vec::new(),
            back_taken: 0,
            token: Vec::new(),
            taken: 0,
            text_bytes: 0,
            line: 1,
            is_cut: false,
        }
    }

    /// The line that was read last, from 1.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// Whether the source ends in the middle of a token.
    pub(super) const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Reads one token, which may leave nothing to hand on; false at the end.
    fn next_token(&mut self) -> io::Result<bool> {
        self.token.clear();
        self.taken = 0;
        match self.peek()? {
            None => return Ok(false),
            Some(b'<') => {}
            Some(_) => return self.text().map(|()| true),
        }
        self.skip(1);
        let is_whole = match self.peek()? {
            Some(b'!') => self.bang()?,
            Some(b'?') => self.instruction()?,
            Some(byte) if byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'_' | b':' | 0x80..) => {
                self.text_bytes = 0;
                self.tag()?
            }
            Some(_) => {
                self.token.extend_from_slice(b"&lt;");
                true
            }
            None => false,
        };
        if !is_whole {
            self.token.clear();
            self.is_cut = true;
        }
        Ok(is_whole)
    }

    /// Text up to the next `<`, or as much of it as is there.
    fn text(&mut self) -> io::Result<()> {
        let available = self.available()?;
        let length = available.iter().position(|byte| *byte == b'<').unwrap_or(available.len());
        let room = TEXT_BYTES_MAX.saturating_sub(self.text_bytes);
        self.take(length, room)?;
        self.text_bytes += length;
        Ok(())
    }

    /// What begins with `<!`.
    fn bang(&mut self) -> io::Result<bool> {
        let mut opening = Vec::with_capacity(8);
        while opening.len() < 8 {
            let Some(byte) = self.peek()? else { return Ok(false) };
            // Nothing that is looked for goes on behind one of these.
            if opening == b"!--" || matches!(byte, b'<' | b'>') {
                break;
            }
            opening.push(byte);
            self.skip(1);
        }
        if opening.starts_with(b"!--") {
            self.pass(b"-->", 0)
        } else if opening.eq_ignore_ascii_case(b"![CDATA[") {
            self.token.extend_from_slice(b"<![CDATA[");
            let room = self.token.len() + TEXT_BYTES_MAX;
            let is_whole = self.pass(b"]]>", room)?;
            if !self.token.ends_with(b"]]>") {
                self.token.extend_from_slice(b"]]>");
            }
            Ok(is_whole)
        } else if opening.eq_ignore_ascii_case(b"!DOCTYPE") {
            self.doctype()
        } else {
            self.pass(b">", 0)
        }
    }

    /// A document type, with all that it declares.
    fn doctype(&mut self) -> io::Result<bool> {
        let (mut has_subset, mut before) = (false, 0);
        while let Some(byte) = self.peek()? {
            // Its end is missing.
            if byte == b'<' && !has_subset {
                return Ok(true);
            }
            self.skip(1);
            match byte {
                b'[' => has_subset = true,
                b'>' if !has_subset || before == b']' => return Ok(true),
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                before = byte;
            }
        }
        Ok(false)
    }

    /// What begins with `<?`: the declaration and the like end with their bracket, since some lack the `?`.
    fn instruction(&mut self) -> io::Result<bool> {
        self.skip(1);
        let mut name = Vec::with_capacity(3);
        while name.len() < 3 {
            let Some(byte) = self.peek()?.filter(u8::is_ascii_alphabetic) else { break };
            name.push(byte);
            self.skip(1);
        }
        self.pass(if name == b"xml" { b">" } else { b"?>" }, 0)
    }

    /// A tag, from behind its `<`.
    fn tag(&mut self) -> io::Result<bool> {
        self.token.push(b'<');
        let mut tag = Tag::default();
        loop {
            let Some(byte) = self.peek()? else { return Ok(false) };
            match (tag.quote, byte) {
                (None, b'>') => {
                    self.skip(1);
                    self.close(&tag);
                    return Ok(true);
                }
                (None, b'<') => {
                    self.close(&tag);
                    return Ok(true);
                }
                // The quote that would end this value is missing: the tag ended before.
                (Some(_), b'<') => {
                    if let Some(end) = tag.bracket {
                        self.give_back(end);
                        self.close(&tag);
                        return Ok(true);
                    }
                }
                _ => {}
            }
            self.skip(1);
            let kept = tag.read(byte, self.token.len());
            if self.token.len() < TAG_BYTES_MAX {
                self.token.push(kept);
            } else if !tag.is_cut {
                (tag.is_cut, tag.quote_at_cut) = (true, tag.quote);
            }
        }
    }

    /// Ends the token at a `>`, and lets what stands behind that be read again.
    fn give_back(&mut self, end: usize) {
        let mut back = self.token.split_off(end.min(self.token.len()));
        back.drain(..1.min(back.len()));
        back.extend_from_slice(&self.back[self.back_taken.min(self.back.len())..]);
        self.back = back;
        self.back_taken = 0;
    }

    /// Ends the tag in hand, with whatever it lacks.
    fn close(&mut self, tag: &Tag) {
        if tag.is_cut {
            let end = floor(&self.token, self.token.len());
            self.token.truncate(end);
            self.token.extend(tag.quote_at_cut);
            if tag.before == b'/' {
                self.token.push(b'/');
            }
        } else {
            self.token.extend(tag.quote);
        }
        self.token.push(b'>');
    }

    /// Passes everything up to and including `end`, of which the last letter is `>`; keeps it while the token is
    /// shorter than `room`.
    fn pass(&mut self, end: &[u8], room: usize) -> io::Result<bool> {
        let mut last = Vec::with_capacity(8);
        loop {
            let available = self.available()?;
            if available.is_empty() {
                return Ok(false);
            }
            let bracket = available.iter().position(|byte| *byte == b'>');
            let length = bracket.map_or(available.len(), |at| at + 1);
            last.extend_from_slice(&available[length.saturating_sub(3)..length]);
            last.drain(..last.len().saturating_sub(3));
            let left = room.saturating_sub(self.token.len());
            self.take(length, left)?;
            if bracket.is_some() && last.ends_with(end) {
                return Ok(true);
            }
        }
    }

    /// Takes so many bytes of what is available, and keeps as much of them as there is room for.
    fn take(&mut self, length: usize, room: usize) -> io::Result<()> {
        let mut token = std::mem::take(&mut self.token);
        let available = self.available()?;
        token.extend_from_slice(&available[..floor(&available[..length], room)]);
        self.token = token;
        self.skip(length);
        Ok(())
    }

    fn available(&mut self) -> io::Result<&[u8]> {
        if self.back_taken < self.back.len() {
            return Ok(&self.back[self.back_taken..]);
        }
        self.source.fill_buf()
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.available()?.first().copied())
    }

    /// Passes bytes that are available.
    fn skip(&mut self, length: usize) {
        if self.back_taken < self.back.len() {
            self.back_taken += length;
            return;
        }
        // Just seen: nothing is read here.
        let available = self.source.fill_buf().unwrap_or_default();
        let lines = available.iter().take(length).filter(|byte| **byte == b'\n').count();
        self.line += lines as u64;
        self.source.consume(length);
    }
}

/// What is known of a tag while it is read.
#[derive(Debug, Default)]
struct Tag {
    /// The quote of the value that is being read.
    quote: Option<u8>,
    /// Where in the token the first `>` within that value is.
    bracket: Option<usize>,
    /// The last byte that is no blank.
    before: u8,
    /// Whether the rest is left out.
    is_cut: bool,
    /// What quote was open where that began.
    quote_at_cut: Option<u8>,
}

impl Tag {
    /// Takes the next byte, at a place of the token, and gives what is kept of it.
    fn read(&mut self, byte: u8, place: usize) -> u8 {
        let mut kept = byte;
        match (self.quote, byte) {
            (None, b'"' | b'\'') if self.before == b'=' => self.quote = Some(byte),
            // A quote that opens nothing: the parser would take it for one that does.
            (None, b'"' | b'\'') => kept = b' ',
            (Some(quote), _) if quote == byte => {
                self.quote = None;
                self.bracket = None;
            }
            (Some(_), b'>') => {
                self.bracket.get_or_insert(place);
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            self.before = byte;
        }
        kept
    }
}

/// The longest beginning of at most `length` bytes that ends at the end of a letter.
fn floor(text: &[u8], length: usize) -> usize {
    let text = &text[..length.min(text.len())];
    // No letter has more than four bytes, and the first of them says how many follow.
    let Some(first) = text.iter().rposition(|byte| byte & 0xC0 != 0x80) else { return text.len() };
    let bytes = match text[first] {
        0xF0.. => 4,
        0xE0.. => 3,
        0xC0.. => 2,
        _ => 1,
    };
    if first + bytes <= text.len() { text.len() } else { first }
}

impl<R: BufRead> BufRead for Mended<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.token.len() {
            if self.is_cut || !self.next_token()? {
                break;
            }
        }
        Ok(&self.token[self.taken..])
    }

    fn consume(&mut self, amount: usize) {
        self.taken = self.token.len().min(self.taken + amount);
    }
}

impl<R: BufRead> Read for Mended<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.fill_buf()?.read(buffer)?;
        self.consume(amount);
        Ok(amount)
    }
}
