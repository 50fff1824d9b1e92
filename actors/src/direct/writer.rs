//! Writes what arrives to the disk, on a thread that may block.

use std::{
    fs::OpenOptions,
    io::{self, BufWriter, Seek as _, SeekFrom, Write},
    path::PathBuf,
};

use bytes::Bytes;
use tokio::{sync::mpsc, task::JoinHandle};

use crate::net::{Packing, Unpacking};

/// Where parts of an answer go.
#[derive(Debug)]
pub(super) struct Writer {
    parts: mpsc::Sender<Bytes>,
    written: JoinHandle<io::Result<Written>>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// All that was sent is on the disk.
    All,
    /// What is sent is not what is there already.
    Differs,
}

/// What is to be written.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    /// The first byte that is sent.
    pub(super) from: u64,
    /// What is there from that byte on, and has to be sent the same.
    pub(super) overlap: Vec<u8>,
    pub(super) packing: Packing,
}

const PARTS_WAITING_MAX: usize = 32;

impl Writer {
    pub(super) fn begin(place: Place) -> Self {
        let (parts, arriving) = mpsc::channel(PARTS_WAITING_MAX);
        let written = tokio::task::spawn_blocking(move || write(place, arriving));
        Self { parts, written }
    }

    /// Takes a part; false once the writer wants no more, for a reason that [`Self::end`] gives.
    pub(super) async fn take(&self, part: Bytes) -> bool {
        self.parts.send(part).await.is_ok()
    }

    /// Waits until all of it is on its way to the disk.
    pub(super) async fn end(self) -> io::Result<Written> {
        drop(self.parts);
        self.written.await.map_err(io::Error::other)?
    }
}

fn write(place: Place, mut arriving: mpsc::Receiver<Bytes>) -> io::Result<Written> {
    let Place { path, from, mut overlap, packing } = place;
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
    file.seek(SeekFrom::Start(from + overlap.len() as u64))?;
    let mut unpacking = Unpacking::new(packing, BufWriter::with_capacity(64 << 10, file));
    while let Some(part) = arriving.blocking_recv() {
        let same = overlap.len().min(part.len());
        if overlap[..same] != part[..same] {
            return Ok(Written::Differs);
        }
        overlap.drain(..same);
        unpacking.write_all(&part[same..])?;
    }
    unpacking.end()?;
    let mut file = unpacking.into_inner()?;
    file.flush()?;
    Ok(Written::All)
}
