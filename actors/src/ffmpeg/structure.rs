//! What the bytes of a container say by themselves, where ffmpeg passes over it in silence: it skips what it
//! can't read in an mp3, ends well on half an ogg page, guesses anew where a wav is too short, and counts the slides
//! of an mp4 by when they are decoded.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use mediary_schema::file::Oddity;

use super::{boxes, frames, pages, riff};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Structure {
    /// What is unusual and no damage.
    pub(super) oddities: BTreeSet<Oddity>,
    /// What is broken, if something is.
    pub(super) damage: Option<String>,
    /// At how many places a decoder may stumble without a fault of the bytes: where one recording follows
    /// another, and where something stands that is no media.
    pub(super) seams: u64,
    /// Whether one of them cuts a frame: so its source put it together, or a resume glued two files.
    pub(super) has_torn_seam: bool,
    /// For how long its header says that it is played, in milliseconds.
    pub(super) said_ms: Option<u64>,
}

impl Structure {
    pub(super) fn broken(what: impl Into<String>) -> Self {
        Self { damage: Some(what.into()), ..Self::default() }
    }
}

/// Looks at a file of this container. Blocks.
pub(super) fn look(path: &Path, container: &str) -> io::Result<Structure> {
    let walk: fn(&mut Bytes<File>) -> io::Result<Structure> = match container {
        "mp3" => frames::walk,
        "ogg" => pages::walk,
        "wav" | "w64" => riff::walk,
        _ if container.starts_with("mov,") => boxes::walk,
        _ => return Ok(Structure::default()),
    };
    walk(&mut Bytes::open(File::open(path)?)?)
}

/// Bytes that are read here and there, mostly onwards.
#[derive(Debug)]
pub(super) struct Bytes<R> {
    reader: BufReader<R>,
    position: u64,
    length: u64,
}

impl<R: Read + Seek> Bytes<R> {
    /// All bytes of what can be read.
    pub(super) fn open(mut source: R) -> io::Result<Self> {
        let length = source.seek(SeekFrom::End(0))?;
        source.rewind()?;
        Ok(Self { reader: BufReader::with_capacity(256 << 10, source), position: 0, length })
    }

    /// How many there are.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// So many from a place on, or as many as there are.
    pub(super) fn at<const N: usize>(&mut self, place: u64) -> io::Result<([u8; N], usize)> {
        let mut bytes = [0; N];
        let present = usize::try_from(self.length.saturating_sub(place)).unwrap_or(N).min(N);
        let step = i64::try_from(place).and_then(|to| i64::try_from(self.position).map(|from| to - from));
        self.reader.seek_relative(step.map_err(io::Error::other)?)?;
        let wanted = bytes.get_mut(..present).unwrap_or_default();
        self.reader.read_exact(wanted)?;
        self.position = place + present as u64;
        Ok((bytes, present))
    }
}
