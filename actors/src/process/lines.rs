//! Bytes to lines.

/// Which pipe a line came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A line of output, without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which pipe it came through, or would have: see [`super::Spec::in_order`].
    pub source: Source,
    /// The text; bytes that are not UTF-8 are replaced. Lines of standard error have no secrets in URLs.
    pub text: String,
    /// Whether it was longer than a mebibyte and lacks its end.
    pub truncated: bool,
}

/// Cuts a stream of bytes into lines at LF and CR; empty lines are left out.
///
/// At CR too, because progress of several tools is one "line" that is overwritten.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    partial: Vec<u8>,
    truncated: bool,
}

/// The bytes of one line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawLine {
    pub(super) bytes: Vec<u8>,
    pub(super) truncated: bool,
}

impl Splitter {
    /// Bytes of a line that are kept; a line of a refresh has about a thousand.
    pub(super) const LINE_BYTES_MAX: usize = 1 << 20;

    /// Takes a chunk and hands on the lines that it completes.
    pub(super) fn feed(&mut self, mut chunk: &[u8], mut each: impl FnMut(RawLine)) {
        while let Some(end) = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (line, rest) = chunk.split_at(end);
            self.extend(line);
            self.flush(&mut each);
            chunk = rest.get(1..).unwrap_or_default();
        }
        self.extend(chunk);
    }

    /// Hands on what stands after the last line end.
    pub(super) fn flush(&mut self, each: &mut impl FnMut(RawLine)) {
        let truncated = std::mem::take(&mut self.truncated);
        if !self.partial.is_empty() {
            each(RawLine { bytes: std::mem::take(&mut self.partial), truncated });
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        let room = Self::LINE_BYTES_MAX - self.partial.len();
        self.truncated |= bytes.len() > room;
        self.partial.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(chunks: &[&[u8]]) -> Vec<RawLine> {
        let mut splitter = Splitter::default();
        let mut lines = Vec::new();
        for chunk in chunks {
            splitter.feed(chunk, |line| lines.push(line));
        }
        splitter.flush(&mut |line| lines.push(line));
        lines
    }

    fn texts(chunks: &[&[u8]]) -> Vec<String> {
        split(chunks).into_iter().map(|line| String::from_utf8(line.bytes).unwrap()).collect()
    }

    #[test]
    fn lines_end_at_lf_cr_and_the_end() {
        assert_eq!(texts(&[b"a\nb\rc\r\nd", b"e\n\nf"]), ["a", "b", "c", "de", "f"]);
    }

    #[test]
    fn a_line_without_end_is_cut_and_says_so() {
        let chunk = vec![b'x'; Splitter::LINE_BYTES_MAX];
        let lines = split(&[&chunk, &chunk, b"\nnext"]);
        assert_eq!(lines.len(), 2);
        assert_eq!((lines[0].bytes.len(), lines[0].truncated), (Splitter::LINE_BYTES_MAX, true));
        assert_eq!((lines[1].bytes.as_slice(), lines[1].truncated), (b"next".as_slice(), false));
    }

    proptest! {
        #[test]
        fn where_chunks_are_cut_makes_no_difference(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200),
            cut in 0_usize..200,
        ) {
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(split(&[&bytes]), split(&[head, tail]));
        }
    }
}
