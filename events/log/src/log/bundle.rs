//! Bundles: a stretch of the log as NDJSON that proves itself without the log (PL-06).
//!
//! A header line, then one line per event: the envelope's fields, the payload as JSON to read, and the exact bytes,
//! salts and hashes to check. Whoever holds a hash from elsewhere can check that nothing was changed since.
//!
//! There is one spelling of a bundle: a line that is not, byte for byte, what an export writes for its event is refused.

mod event;
mod hex;

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(super) use self::event::write_event;
use self::{event::EventLine, hex::hex_array};
use super::{chain::Hash, frame::Frame, rules::NUMBER_MAX};

/// What the first line says that it is.
const FORMAT: &str = "mediary-log-bundle";
/// The form of bundles in which nothing is sealed.
const OPEN_FORMAT_VERSION: u32 = 2;
/// The newest form of bundles that is known here: the same with sealed payloads.
const FORMAT_VERSION: u32 = 3;
/// Longer than any line: 256 KiB of payload are 512 KiB in hex and at most six times as much as JSON, and an extension
/// area is 128 KiB in hex.
const LINE_BYTES_MAX: u64 = 4 << 20;

/// What the first line of every form of bundles has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mark {
    format: String,
    format_version: u32,
}

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Header {
    format: String,
    format_version: u32,
    pub(super) log_id: Uuid,
    pub(super) first_position: u64,
    pub(super) last_position: u64,
    /// How many events of the first one's append lie before it.
    pub(super) events_cut_before: u32,
    /// How many events of the last one's append lie behind it.
    pub(super) events_cut_after: u32,
    /// The hash before the first event: the genesis if that is event 1.
    #[serde(with = "hex_array")]
    pub(super) previous_hash: Hash,
    #[serde(with = "hex_array")]
    pub(super) last_hash: Hash,
}

impl Header {
    /// Whether it says that something in it is sealed.
    pub(super) const fn is_sealed(&self) -> bool {
        self.format_version == FORMAT_VERSION
    }

    /// The first line of a stretch, in which something is sealed or not; `cut` says how many events of appends lie before
    /// and behind it.
    pub(super) fn new(
        log_id: Uuid,
        is_sealed: bool,
        (first, last): (u64, u64),
        cut: (u32, u32),
        hashes: (Hash, Hash),
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            format_version: if is_sealed { FORMAT_VERSION } else { OPEN_FORMAT_VERSION },
            log_id,
            first_position: first,
            last_position: last,
            events_cut_before: cut.0,
            events_cut_after: cut.1,
            previous_hash: hashes.0,
            last_hash: hashes.1,
        }
    }
}

/// Writes the first line.
pub(super) fn write_header(header: &Header, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, header)?;
    out.write_all(b"\n")
}

/// Why a line can't be used.
#[derive(Debug)]
pub(super) enum LineError {
    Io(io::Error),
    Malformed { line: u64, detail: String },
    Newer { found: u32, known: u32 },
}

/// An event of a bundle as the log would store it.
#[derive(Debug)]
pub(super) struct BundledEvent {
    pub(super) frame: Vec<u8>,
    pub(super) hash: Hash,
    text: Vec<u8>,
}

impl BundledEvent {
    /// Whether the line is, byte for byte, what an export writes: who reads it with the eye must see what was proved.
    pub(super) fn is_spelled_well(&self, frame: &Frame<'_>) -> bool {
        let mut own = Vec::with_capacity(self.text.len());
        write_event(frame, &self.hash, &mut own).is_ok() && own == self.text
    }
}

/// The lines of a bundle.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    /// The number of the line that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Reads the first line.
    pub(super) fn header(&mut self) -> Result<Header, LineError> {
        let text = self.next()?.ok_or_else(|| self.malformed("the file is empty"))?;
        if text.starts_with(b"redb") {
            return Err(self.malformed("it is a log file and no bundle: name its data folder with --data"));
        }
        let mark: Mark = serde_json::from_slice(&text)
            .map_err(|error| self.malformed(format!("it is no first line of a bundle: {}", told(&error))))?;
        if mark.format != FORMAT {
            return Err(self.malformed(format!("its format is {:?} and not {FORMAT:?}", mark.format)));
        }
        if mark.format_version > FORMAT_VERSION {
            return Err(LineError::Newer { found: mark.format_version, known: FORMAT_VERSION });
        }
        if mark.format_version < OPEN_FORMAT_VERSION {
            let found = mark.format_version;
            return Err(
                self.malformed(format!("form {found} of bundles was replaced before anything was released"))
            );
        }
        let header: Header = serde_json::from_slice(&text).map_err(|error| self.malformed(told(&error)))?;
        let mut own = Vec::with_capacity(text.len());
        write_header(&header, &mut own).map_err(LineError::Io)?;
        if own != text {
            return Err(self.malformed("it is spelled otherwise than an export spells it"));
        }
        if header.first_position == 0
            || header.last_position > NUMBER_MAX
            || header.last_position < header.first_position - 1
        {
            return Err(self.malformed("its positions are impossible"));
        }
        Ok(header)
    }

    /// Reads the next event.
    pub(super) fn event(&mut self) -> Result<Option<BundledEvent>, LineError> {
        let Some(text) = self.next()? else { return Ok(None) };
        let line: EventLine = serde_json::from_slice(&text).map_err(|error| self.malformed(told(&error)))?;
        line.into_event(text).map(Some).map_err(|detail| self.malformed(detail))
    }

    fn next(&mut self) -> Result<Option<Vec<u8>>, LineError> {
        let mut text = Vec::new();
        let mut bounded = io::Read::take(&mut self.reader, LINE_BYTES_MAX);
        bounded.read_until(b'\n', &mut text).map_err(LineError::Io)?;
        if text.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if text.last() != Some(&b'\n') {
            return Err(self.malformed("it breaks off, or is longer than any line of an export"));
        }
        Ok(Some(text))
    }

    fn malformed(&self, detail: impl Into<String>) -> LineError {
        LineError::Malformed { line: self.number.max(1), detail: detail.into() }
    }
}

/// What a parser says, without the line that it takes this one for.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(what) => format!("{what} (byte {} of the line)", error.column()),
        None => text,
    }
}
