//! The pages of an ogg: each says how long it is, and the last of a stream says that it is the last.

use std::{
    collections::BTreeSet,
    io::{self, Read, Seek},
};

use mediary_schema::file::Oddity;

use super::structure::{Bytes, Structure};

/// The least of a page: all but the lengths of its segments.
const HEADER_BYTES: u64 = 27;
const CAPTURE: &[u8] = b"OggS";
const FLAGS_AT: usize = 5;
const SERIAL_AT: usize = 14;
const SEGMENTS_AT: usize = 26;
const BEGINS: u8 = 2;
const ENDS: u8 = 4;
/// Bytes behind the last page that are taken for a tag.
const BEHIND_MAX: u64 = 64 << 10;

/// Goes from page to page.
pub(super) fn walk<R: Read + Seek>(bytes: &mut Bytes<R>) -> io::Result<Structure> {
    let mut found = Structure::default();
    let mut open = BTreeSet::new();
    let mut has_ended = false;
    let mut place = 0;
    while place < bytes.length() {
        let (page, present) = bytes.at::<{ HEADER_BYTES as usize + 255 }>(place)?;
        if !page.starts_with(CAPTURE) {
            if !open.is_empty() || bytes.length() - place > BEHIND_MAX {
                return Ok(Structure::broken(format!("there is no page at byte {place}")));
            }
            found.oddities.insert(Oddity::ForeignBytes);
            break;
        }
        let segments = usize::from(page[SEGMENTS_AT]);
        let lengths = page.get(HEADER_BYTES as usize..HEADER_BYTES as usize + segments).unwrap_or_default();
        let length = HEADER_BYTES + segments as u64 + lengths.iter().map(|one| u64::from(*one)).sum::<u64>();
        if place + length > bytes.length() || present < HEADER_BYTES as usize {
            return Ok(Structure::broken("its last page is cut"));
        }
        let serial: [u8; 4] =
            [page[SERIAL_AT], page[SERIAL_AT + 1], page[SERIAL_AT + 2], page[SERIAL_AT + 3]];
        if page[FLAGS_AT] & BEGINS != 0 {
            if has_ended {
                found.oddities.insert(Oddity::Glued);
                found.seams += 1;
            }
            open.insert(serial);
        }
        if page[FLAGS_AT] & ENDS != 0 {
            open.remove(&serial);
            has_ended = true;
        }
        place += length;
    }
    if !open.is_empty() {
        found.oddities.insert(Oddity::OpenEnd);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn page(flags: u8, serial: u8) -> Vec<u8> {
        let mut page = vec![0; HEADER_BYTES as usize];
        page[..4].copy_from_slice(CAPTURE);
        (page[FLAGS_AT], page[SERIAL_AT], page[SEGMENTS_AT]) = (flags, serial, 2);
        page.extend([10, 5]);
        page.extend([7; 15]);
        page
    }

    fn structure(pages: &[&[u8]]) -> Structure {
        walk(&mut Bytes::open(Cursor::new(pages.concat())).unwrap()).unwrap()
    }

    #[test]
    fn the_last_page_says_so_or_the_end_is_open() {
        let (first, middle, last) = (page(BEGINS, 1), page(0, 1), page(ENDS, 1));
        assert_eq!(structure(&[&first, &middle, &last]), Structure::default());
        let open = structure(&[&first, &middle]);
        assert_eq!(open.oddities, BTreeSet::from([Oddity::OpenEnd]));
        let glued = structure(&[&first, &last, &page(BEGINS, 2), &page(ENDS, 2)]);
        assert_eq!(glued.oddities, BTreeSet::from([Oddity::Glued]));
    }

    #[test]
    fn a_page_that_is_cut_is_damage_wherever_it_is_cut() {
        let (first, last) = (page(BEGINS, 1), page(ENDS, 1));
        for kept in 4..last.len() {
            assert!(structure(&[&first, &last[..kept]]).damage.is_some(), "{kept}");
        }
    }
}
