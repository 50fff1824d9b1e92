//! What reads kept output, as a fuzzer calls it: any bytes are taken.

use super::{output::split, outputs::piece, redact};

/// A file of output that somebody else may have written to: every line of it is told once, and its reader gets to its end.
pub fn kept(bytes: &[u8]) {
    const PIECE_BYTES: usize = 64 << 10;
    let (head, _, tail) = split(bytes);
    assert!(bytes.starts_with(head) && bytes.ends_with(tail), "both are of the file");
    let mut place = 0;
    loop {
        let read = piece(bytes, place, PIECE_BYTES);
        assert!(read.next >= place, "a reader goes on");
        if read.text.is_empty() {
            break;
        }
        place = read.next;
    }
    let text = String::from_utf8_lossy(bytes);
    let clean = redact::text(&text);
    assert_eq!(redact::text(&clean), clean, "nothing is left to leave out");
}
