//! How much sound the header of a wav says there is.

use std::io::{self, Read, Seek};

use mediary_schema::file::Oddity;

use super::structure::{Bytes, Structure};

/// What a writer says that can't go back to its header: that of a stream.
const OPEN: u32 = u32::MAX;
/// How much may be missing: writers round up to whole blocks.
const MISSING_MAX: u64 = 4096;
/// Chunks before the sound; there are a handful.
const CHUNKS_MAX: usize = 1000;

/// Goes from chunk to chunk until the sound.
pub(super) fn walk<R: Read + Seek>(bytes: &mut Bytes<R>) -> io::Result<Structure> {
    let (head, _) = bytes.at::<12>(0)?;
    let is_large = head.starts_with(b"RF64") || head.starts_with(b"BW64");
    if !is_large && !head.starts_with(b"RIFF") {
        return Ok(Structure::default());
    }
    let mut large_size = None;
    let mut place = 12;
    for _ in 0..CHUNKS_MAX {
        let (chunk, present) = bytes.at::<24>(place)?;
        if present < 8 {
            break;
        }
        let size = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
        match &chunk[..4] {
            b"data" => return Ok(judged(bytes.length() - place - 8, size, large_size)),
            b"ds64" => large_size = chunk.last_chunk::<8>().map(|eight| u64::from_le_bytes(*eight)),
            _ => {}
        }
        place += 8 + u64::from(size) + u64::from(size & 1);
    }
    Ok(Structure::default())
}

fn judged(present: u64, size: u32, large_size: Option<u64>) -> Structure {
    let said = match (size, large_size) {
        (OPEN, Some(size)) => size,
        (0 | OPEN, _) => return Structure::default(),
        (size, _) => u64::from(size),
    };
    match said.saturating_sub(present) {
        0 => Structure::default(),
        1..=MISSING_MAX => Structure { oddities: [Oddity::TornEnd].into(), ..Structure::default() },
        _ => Structure::broken(format!("it says that it has {said} bytes of sound, and has {present}")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn wav(size: u32, sound: usize) -> Structure {
        let mut bytes = b"RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00".to_vec();
        bytes.extend([0; 16]);
        bytes.extend(b"data");
        bytes.extend(size.to_le_bytes());
        bytes.extend(vec![0; sound]);
        walk(&mut Bytes::open(Cursor::new(bytes)).unwrap()).unwrap()
    }

    #[test]
    fn as_much_as_it_says_or_it_is_cut() {
        assert_eq!(wav(20_000, 20_000), Structure::default());
        assert_eq!(wav(20_000, 30_000), Structure::default());
        assert_eq!(wav(20_000, 19_999).oddities, [Oddity::TornEnd].into());
        let damage = wav(20_000, 10_000).damage;
        assert_eq!(damage.as_deref(), Some("it says that it has 20000 bytes of sound, and has 10000"));
    }

    #[test]
    fn the_header_of_a_stream_says_nothing() {
        for open in [0, OPEN] {
            assert_eq!(wav(open, 30_000), Structure::default());
        }
    }
}
