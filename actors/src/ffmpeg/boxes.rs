//! How long the header of an mp4 says that it is played: `mvhd` in `moov`, ISO/IEC 14496-12, 8.2.2.

use std::io::{self, Read, Seek};

use super::structure::{Bytes, Structure};

/// Boxes that are looked at; there are a handful before the header, but for one in fragments.
const BOXES_MAX: usize = 10_000;

/// Goes from box to box to the header.
pub(super) fn walk<R: Read + Seek>(bytes: &mut Bytes<R>) -> io::Result<Structure> {
    let end = bytes.length();
    let Some((place, end)) = find(bytes, *b"moov", 0, end)? else { return Ok(Structure::default()) };
    let Some((place, _)) = find(bytes, *b"mvhd", place, end)? else { return Ok(Structure::default()) };
    let (header, _) = bytes.at::<32>(place)?;
    Ok(Structure { said_ms: played_ms(&header), ..Structure::default() })
}

/// Where the content of the first box of a kind begins and ends.
fn find<R: Read + Seek>(
    bytes: &mut Bytes<R>,
    kind: [u8; 4],
    mut place: u64,
    end: u64,
) -> io::Result<Option<(u64, u64)>> {
    for _ in 0..BOXES_MAX {
        // One that says it is longer than any file leads to where nothing can be read.
        if place >= end {
            break;
        }
        let (head, present) = bytes.at::<16>(place)?;
        if present < 8 {
            break;
        }
        let [a, b, c, d, name @ .., _, _, _, _, _, _, _, _] = head;
        let (size, head_size) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (end - place, 8),
            1 => (head.last_chunk::<8>().map_or(0, |eight| u64::from_be_bytes(*eight)), 16),
            size => (u64::from(size), 8),
        };
        let Some(next) = place.checked_add(size).filter(|_| size >= head_size) else { break };
        if name == kind {
            return Ok(Some((place + head_size, next.min(end))));
        }
        place = next;
    }
    Ok(None)
}

/// Version, times, ticks of a second, ticks: 32 bits each, or 64 for times and length from version 1 on. Zero and all
/// ones are a length that was not known.
fn played_ms(header: &[u8; 32]) -> Option<u64> {
    let word = |at: usize| header.get(at..at + 4)?.first_chunk::<4>().map(|four| u32::from_be_bytes(*four));
    let (tick, ticks) = match header[0] {
        0 => (word(12)?, u64::from(word(16).filter(|ticks| *ticks != u32::MAX)?)),
        _ => (word(20)?, u64::from(word(24)?) << 32 | u64::from(word(28)?)),
    };
    let milliseconds = ticks.checked_mul(1000)?.checked_div(u64::from(tick))?;
    (milliseconds > 0).then_some(milliseconds)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn boxed(name: [u8; 4], content: &[u8]) -> Vec<u8> {
        [&(8 + content.len() as u32).to_be_bytes()[..], &name, content].concat()
    }

    fn said_ms(bytes: &[u8]) -> Option<u64> {
        walk(&mut Bytes::open(Cursor::new(bytes)).unwrap()).unwrap().said_ms
    }

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn the_header_says_how_long_it_is_played() {
        let short = words(&[0, 0, 0, 600, 3420, 0, 0, 0]);
        let long = words(&[1 << 24, 0, 0, 0, 0, 1000, 1, 0]);
        let unknown = words(&[0, 0, 0, 600, u32::MAX, 0, 0, 0]);
        for (header, expected) in [(&short, Some(5_700)), (&long, Some(1 << 32)), (&unknown, None)] {
            let moov = boxed(*b"moov", &[boxed(*b"udta", b"x"), boxed(*b"mvhd", header)].concat());
            let behind = [boxed(*b"ftyp", b"isom"), boxed(*b"mdat", &[7; 50]), moov.clone()].concat();
            assert_eq!((said_ms(&behind), said_ms(&moov)), (expected, expected));
        }
        let endless = [&words(&[1])[..], b"mdat", &[0x80, 0, 0, 0, 0, 0, 0, 20], &[0; 4]].concat();
        assert_eq!(said_ms(&endless), None);
        let large = [&words(&[1])[..], b"mdat", &[0, 0, 0, 0, 0, 0, 0, 20], &[0; 4]].concat();
        let moov = boxed(*b"moov", &boxed(*b"mvhd", &short));
        assert_eq!(said_ms(&[large, moov].concat()), Some(5_700));
    }

    #[test]
    fn what_is_no_box_says_nothing() {
        let never_ends = [&words(&[4])[..], b"free"].concat();
        let header_is_cut = boxed(*b"moov", &boxed(*b"mvhd", &[0; 6]));
        for bytes in [&b""[..], b"moo", &never_ends, &header_is_cut, &[255; 64], &boxed(*b"moov", b"")] {
            assert_eq!(said_ms(bytes), None);
        }
    }
}
