//! The frames of an mp3, one behind the other from the first byte to the last, with the tags between them.

use std::io::{self, Read, Seek};

use mediary_schema::file::Oddity;

use super::structure::{Bytes, Structure};

/// How many bytes that are neither frame nor tag may stand before the first or behind the last frame: more than
/// any tag that is not known here has, and far less than a part that is lost.
const FOREIGN_MAX: u64 = 64 << 10;
/// What is read of each frame: its header, and where the header of a recording may stand in it.
const HEAD_BYTES: usize = 44;

/// Where in a frame the word `Xing` or `Info` stands, by whether it is of version 1 and of one channel.
const fn header_place(is_first_version: bool, is_mono: bool) -> usize {
    match (is_first_version, is_mono) {
        (true, false) => 36,
        (true, true) | (false, false) => 21,
        (false, true) => 13,
    }
}

/// What a frame says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    length: u64,
    /// Version, layer and rate: they stay as they are within one recording.
    kind: (u8, u8, u8),
    begins_recording: bool,
}

/// What stands at a place.
enum Found {
    Frame(Frame),
    /// A tag of so many bytes.
    Tag(u64),
    Foreign,
}

/// What was met on the way.
#[derive(Debug, Default)]
struct Walk {
    frames: u64,
    kind: Option<(u8, u8, u8)>,
    had_tag: bool,
    seams: u64,
    is_glued: bool,
}

/// Goes from frame to frame.
pub(super) fn walk<R: Read + Seek>(bytes: &mut Bytes<R>) -> io::Result<Structure> {
    let mut walk = Walk::default();
    let mut found = Structure::default();
    let mut place = 0;
    while place < bytes.length() {
        match at(bytes, place)? {
            Found::Tag(length) => {
                walk.had_tag = walk.frames > 0;
                place += length;
            }
            Found::Frame(frame) if place + frame.length <= bytes.length() => {
                walk.take(frame);
                place += frame.length;
            }
            Found::Frame(_) => {
                found.oddities.insert(Oddity::TornEnd);
                walk.seams += 1;
                break;
            }
            Found::Foreign => {
                let next = next_frames(bytes, place)?;
                let foreign = next.unwrap_or_else(|| bytes.length()) - place;
                if walk.frames == 0 && next.is_none() {
                    // Frames of a kind that isn't known here: what it is, ffmpeg says.
                    return Ok(Structure::default());
                }
                let is_torn = walk.frames > 0 && is_less_than_a_frame(bytes, place, next)?;
                let is_lost = walk.frames > 0 && next.is_some() && !is_torn;
                if is_lost || foreign > FOREIGN_MAX {
                    let what = format!("what is at byte {place} is neither sound nor a tag");
                    return Ok(Structure::broken(what));
                }
                found.has_torn_seam |= is_torn;
                walk.is_glued |= is_torn;
                if !is_torn {
                    found.oddities.insert(Oddity::ForeignBytes);
                }
                walk.seams += 1;
                place += foreign;
            }
        }
    }
    if walk.is_glued {
        found.oddities.insert(Oddity::Glued);
    }
    Ok(Structure { seams: walk.seams, ..found })
}

impl Walk {
    fn take(&mut self, frame: Frame) {
        let is_other = self.kind.is_some_and(|kind| kind != frame.kind);
        let is_begun_anew = self.frames > 0 && (frame.begins_recording || is_other);
        if is_begun_anew || self.had_tag {
            self.seams += 1;
            self.is_glued = true;
        }
        self.had_tag = false;
        self.kind = Some(frame.kind);
        self.frames += 1;
    }
}

fn at<R: Read + Seek>(bytes: &mut Bytes<R>, place: u64) -> io::Result<Found> {
    let (head, present) = bytes.at::<HEAD_BYTES>(place)?;
    let head = head.get(..present).unwrap_or_default();
    Ok(match (frame(head), tag_bytes(head)) {
        (Some(frame), _) => Found::Frame(frame),
        (None, Some(length)) => Found::Tag(length),
        (None, None) => Found::Foreign,
    })
}

/// The place of the next two frames in a row, or of a last one: a single header is found in any noise. None if
/// there are none within what may be foreign.
fn next_frames<R: Read + Seek>(bytes: &mut Bytes<R>, from: u64) -> io::Result<Option<u64>> {
    for place in from + 1..bytes.length().min(from + FOREIGN_MAX + 2) {
        let Found::Frame(frame) = at(bytes, place)? else { continue };
        let behind = place + frame.length;
        if behind == bytes.length()
            || (behind < bytes.length() && !matches!(at(bytes, behind)?, Found::Foreign))
        {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// Whether what is between here and the next frames is the rest of a frame whose beginning is missing: less than a
/// frame. Where a whole one is broken, it is as much as a frame or more.
fn is_less_than_a_frame<R: Read + Seek>(
    bytes: &mut Bytes<R>,
    place: u64,
    next: Option<u64>,
) -> io::Result<bool> {
    let Some(next) = next else { return Ok(false) };
    Ok(matches!(at(bytes, next)?, Found::Frame(frame) if next - place < frame.length))
}

/// The frame that begins so.
fn frame(head: &[u8]) -> Option<Frame> {
    let [first, second, third, fourth, ..] = *head else { return None };
    if first != 0xFF || second & 0xE0 != 0xE0 {
        return None;
    }
    let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
    let (bitrate, rate, padding) = (third >> 4, third >> 2 & 3, u64::from(third >> 1 & 1));
    // Reserved values, and frames whose length isn't said.
    if version == 1 || layer == 0 || matches!(bitrate, 0 | 15) || rate == 3 {
        return None;
    }
    let is_first_version = version == 3;
    let bits = kilobits(is_first_version, layer, bitrate) * 1000;
    let hertz = [44_100, 48_000, 32_000][usize::from(rate)] >> [2, 0, 1, 0][usize::from(version)];
    let length = match (layer, is_first_version) {
        (3, _) => (12 * bits / hertz + padding) * 4,
        (1, false) => 72 * bits / hertz + padding,
        _ => 144 * bits / hertz + padding,
    };
    let word = header_place(is_first_version, fourth >> 6 == 3);
    let begins_recording = matches!(head.get(word..word + 4), Some(b"Xing" | b"Info"))
        || matches!(head.get(36..40), Some(b"VBRI"));
    Some(Frame { length, kind: (version, layer, rate), begins_recording })
}

/// The table of the standard. Layers count down: 3 is the first, 1 the third.
fn kilobits(is_first_version: bool, layer: u8, index: u8) -> u64 {
    const FIRST: [u16; 15] = [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];
    const SECOND: [u16; 15] = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
    const THIRD: [u16; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const LOW_FIRST: [u16; 15] = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
    const LOW_OTHERS: [u16; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let table = match (is_first_version, layer) {
        (true, 3) => FIRST,
        (true, 2) => SECOND,
        (true, _) => THIRD,
        (false, 3) => LOW_FIRST,
        (false, _) => LOW_OTHERS,
    };
    u64::from(table.get(usize::from(index)).copied().unwrap_or(0))
}

/// How long the tag is that begins so: ID3, APE or Lyrics3 at its own word.
fn tag_bytes(head: &[u8]) -> Option<u64> {
    if head.starts_with(b"TAG") {
        return Some(128);
    }
    if let [b'I', b'D', b'3', _, _, flags, first, second, third, fourth, ..] = *head {
        let size =
            [first, second, third, fourth].iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7F));
        let footer = if flags & 0x10 != 0 { 10 } else { 0 };
        return Some(10 + size + footer);
    }
    if head.starts_with(b"APETAGEX") {
        let field =
            |at: usize| head.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
        let (size, flags) = (u64::from(field(12)?), field(20)?);
        // What stands at the beginning counts itself not; what stands at the end is all that is left.
        let is_header = flags & 1 << 29 != 0;
        return Some(if is_header { 32 + size } else { 32 });
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// 128 kbit/s at 44.1 kHz, of one channel.
    const FRAME_BYTES: usize = 417;

    fn frames(count: usize) -> Vec<u8> {
        let mut frame = vec![0; FRAME_BYTES];
        frame[..4].copy_from_slice(&[0xFF, 0xFB, 0x90, 0xC0]);
        frame.repeat(count)
    }

    fn structure(parts: &[&[u8]]) -> Structure {
        walk(&mut Bytes::open(Cursor::new(parts.concat())).unwrap()).unwrap()
    }

    fn odd(oddities: &[Oddity], seams: u64) -> Structure {
        Structure { oddities: oddities.iter().copied().collect(), seams, ..Structure::default() }
    }

    #[test]
    fn frames_and_tags_are_all_there_is_to_it() {
        let tag = [b"ID3\x04\x00\x00\x00\x00\x00\x05", [0; 5].as_slice()].concat();
        let last = [b"TAG", [0; 125].as_slice()].concat();
        assert_eq!(structure(&[&tag, &frames(5), &last]), odd(&[], 0));
        assert_eq!(structure(&[]), odd(&[], 0));
    }

    #[test]
    fn one_recording_behind_another_is_glued() {
        let tag = [b"ID3\x04\x00\x00\x00\x00\x00\x05", [0; 5].as_slice()].concat();
        assert_eq!(structure(&[&frames(3), &tag, &frames(3)]), odd(&[Oddity::Glued], 1));
        let mut begun = frames(1);
        begun[21..25].copy_from_slice(b"Info");
        assert_eq!(structure(&[&frames(3), &begun, &frames(3)]), odd(&[Oddity::Glued], 1));
        assert_eq!(structure(&[&begun, &frames(3)]), odd(&[], 0));
    }

    #[test]
    fn the_ends_may_be_ragged_and_the_middle_not() {
        let noise = [7; 900];
        assert_eq!(structure(&[&frames(3), &frames(1)[..100]]), odd(&[Oddity::TornEnd], 1));
        assert_eq!(structure(&[&noise, &frames(3), &noise]), odd(&[Oddity::ForeignBytes], 2));
        let zeros = vec![0; 100_000];
        let mut broken = frames(7);
        broken[3 * FRAME_BYTES] = 0;
        for parts in [
            [frames(3).as_slice(), noise.as_slice(), &frames(3)],
            [&broken, &[], &[]],
            [&frames(3), &[0; 4000], &frames(3)],
            [&frames(3), &[], &zeros],
            [&frames(3), &zeros, &frames(3)],
        ] {
            assert!(structure(&parts).damage.is_some_and(|what| what.contains("neither sound nor a tag")));
        }
    }

    // Advertisements are put in wherever the bytes are cut.
    #[test]
    fn a_frame_that_is_cut_where_another_part_begins_is_a_seam() {
        let torn = Structure { has_torn_seam: true, ..odd(&[Oddity::Glued], 1) };
        assert_eq!(structure(&[&frames(3), &frames(1)[..100], &frames(3)]), torn);
        assert_eq!(structure(&[&frames(3), &frames(1)[100..], &frames(3)]), torn);
    }
}
