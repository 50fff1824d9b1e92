//! What reads media, and what ffmpeg says of them, as a fuzzer calls it: any bytes are taken.

use std::io::Cursor;

use super::{
    boxes,
    chapters::Chapters,
    failure, frames,
    packets::{Kind, Packets},
    pages, riff,
    structure::{Bytes, Structure},
    talk::{self, Talk},
};

/// A file; the first byte says what ffmpeg took it for.
pub fn container(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let mut bytes = Bytes::open(Cursor::new(bytes)).expect("memory can be read");
    let walked = match kind % 4 {
        0 => frames::walk(&mut bytes),
        1 => pages::walk(&mut bytes),
        2 => riff::walk(&mut bytes),
        _ => boxes::walk(&mut bytes),
    };
    // What is wrong with it is its structure, and no error of the disk.
    walked.expect("memory can be read");
}

/// What ffmpeg says, and its list of packets.
pub fn talk(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (mut said, mut packets, mut chapters) = (Talk::of(0), Packets::default(), Chapters::default());
    for line in text.lines() {
        said.take(line);
        packets.take(line);
        chapters.take(line);
        talk::input_of(line);
    }
    packets.count();
    chapters.told();
    for has_restart in [false, true] {
        packets.duration_ms(has_restart);
    }
    for kind in [Kind::Sound, Kind::Picture] {
        packets.end_ms(kind);
    }
    packets.holes().has_pause();
    failure::weigh(&said, &packets, &Structure::default());
}
