//! Bundles: a stretch of the log as NDJSON that proves itself without the log (PL-06).
//!
//! A header line, then one line per event: the envelope's fields, the payload as JSON to read, and the exact bytes,
//! salts and hashes to check. Whoever holds a hash from elsewhere can check that nothing was changed since.
//!
//! There is one spelling of a bundle: a line that is not, byte for byte, what an export writes for its event is refused.

use std::io::{self, BufRead, Write};

use mediary_events::{
    self, Carried, Codec, CommandTag, Envelope, Extensions, Origin, OriginKind, Schema, StreamId, Subject,
    Subjects,
};
use mediary_schema::{CommandId, CorrelationId, EventId, PrincipalId, ProjectId, Timestamp};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny},
};
use uuid::Uuid;

use super::{
    chain::Hash,
    extension,
    frame::{self, Body, Frame},
    payload,
    rules::NUMBER_MAX,
};

/// What the first line says that it is.
const FORMAT: &str = "mediary-log-bundle";
/// The newest form of bundles that is known here.
const FORMAT_VERSION: u32 = 2;
/// Longer than any line: 256 KiB of payload are 512 KiB in hex and at most six times as much as JSON, and an extension
/// area is 128 KiB in hex.
const LINE_BYTES_MAX: u64 = 4 << 20;
/// The length of an extension area has two bytes.
const AREA_BYTES_MAX: usize = u16::MAX as usize;
/// Tags below are those that this form of bundles has fields for, and critical ones, which it has no room for.
const FIRST_SPELLED_TAG: u8 = 130;

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
    /// The first line of a stretch; `cut` says how many events of appends lie before and behind it.
    pub(super) fn new(
        log_id: Uuid,
        (first, last): (u64, u64),
        cut: (u32, u32),
        hashes: (Hash, Hash),
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
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

/// The line of an event.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EventLine {
    position: u64,
    stream: String,
    version: u64,
    id: EventId,
    kind: String,
    schema: Schema,
    at: Timestamp,
    epoch: u64,
    project: ProjectId,
    principal: PrincipalId,
    origin: OriginLine,
    command_id: CommandId,
    command: Option<CommandLine>,
    correlation_id: CorrelationId,
    causation_id: Option<EventId>,
    append_index: u32,
    append_len: u32,
    subjects: Vec<String>,
    extensions: Vec<ExtensionLine>,
    codec: CodecLine,
    #[serde(with = "hex_array")]
    digest: Hash,
    /// The hash of the chain after this event.
    #[serde(with = "hex_array")]
    hash: Hash,
    salt: Option<Hex>,
    payload_bytes: Option<Hex>,
    /// Written by hand, behind the others, and read by people only.
    #[serde(skip_serializing)]
    #[expect(dead_code, reason = "its bytes are compared with what the export would write")]
    payload: IgnoredAny,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OriginLine {
    kind: OriginKind,
    id: Uuid,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandLine {
    name: String,
    fingerprint: Hex,
}

/// A carried tag that this program doesn't know.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtensionLine {
    tag: u8,
    bytes: Hex,
}

#[derive(Debug, Serialize, Deserialize)]
enum CodecLine {
    #[serde(rename = "msgpack")]
    MessagePack,
}

/// Bytes as lower-case hex digits.
#[derive(Debug)]
struct Hex(Vec<u8>);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        from_hex(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom("these are not pairs of lower-case hex digits"))
    }
}

mod hex_array {
    use super::{Deserialize as _, Deserializer, Hex, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::to_hex(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let Hex(bytes) = Hex::deserialize(deserializer)?;
        bytes.try_into().map_err(|_| serde::de::Error::custom("a hash has 64 hex digits"))
    }
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// Writes the first line.
pub(super) fn write_header(header: &Header, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, header)?;
    out.write_all(b"\n")
}

/// Writes the line of an event; `hash` is that of the chain after it.
pub(super) fn write_event(frame: &Frame<'_>, hash: &Hash, out: &mut impl Write) -> io::Result<()> {
    let envelope = frame.envelope();
    let (salt, payload) = match frame.body() {
        Body::Inline { salt, payload } => (Some(Hex(salt.to_vec())), Some(payload)),
        Body::Erased => (None, None),
    };
    let kind = envelope.kind();
    let Extensions { command, subjects, carried } = envelope.extensions;
    let line = EventLine {
        position: envelope.position,
        stream: envelope.stream.to_string(),
        version: envelope.version,
        id: envelope.id,
        kind,
        schema: envelope.schema,
        at: envelope.at,
        epoch: envelope.epoch,
        project: envelope.project,
        principal: envelope.principal,
        origin: OriginLine { kind: envelope.origin.kind, id: envelope.origin.id },
        command_id: envelope.command_id,
        command: command.map(|CommandTag { name, fingerprint }| CommandLine {
            name: name.into_owned(),
            fingerprint: Hex(fingerprint.to_vec()),
        }),
        correlation_id: envelope.correlation_id,
        causation_id: envelope.causation_id,
        append_index: envelope.append_index,
        append_len: envelope.append_len,
        subjects: subjects.as_slice().iter().map(Subject::to_string).collect(),
        extensions: carried
            .into_iter()
            .map(|Carried { tag, bytes }| ExtensionLine { tag, bytes: Hex(bytes.to_vec()) })
            .collect(),
        codec: match envelope.codec {
            Codec::MessagePack => CodecLine::MessagePack,
        },
        digest: envelope.digest,
        hash: *hash,
        salt,
        payload: IgnoredAny,
        payload_bytes: payload.map(|payload| Hex(payload.to_vec())),
    };
    let mut text = serde_json::to_vec(&line)?;
    text.pop();
    text.extend_from_slice(b",\"payload\":");
    match payload {
        Some(payload) => payload::write_json(payload, &mut text).map_err(io::Error::other)?,
        None => text.extend_from_slice(b"null"),
    }
    text.extend_from_slice(b"}\n");
    out.write_all(&text)
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
        if mark.format_version < FORMAT_VERSION {
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

impl EventLine {
    fn extensions(&self) -> Result<Extensions, String> {
        let command = match &self.command {
            Some(CommandLine { name, fingerprint: Hex(fingerprint) }) => {
                let fingerprint = fingerprint.as_slice().try_into();
                let fingerprint = fingerprint.map_err(|_| "a fingerprint has 32 hex digits".to_owned())?;
                if !CommandTag::is_name(name) {
                    return Err(format!("{name:?} is not the stored name of a command"));
                }
                Some(CommandTag { name: name.clone().into(), fingerprint })
            }
            None => None,
        };
        let mut subjects = Vec::new();
        for text in &self.subjects {
            let StreamId { category, uuid } =
                text.parse().map_err(|_| format!("{text:?} is not a subject such as item-<uuid>"))?;
            subjects.push(Subject { kind: category, id: uuid });
        }
        let subjects = Subjects::try_new(subjects).map_err(|error| error.to_string())?;
        if let Some(line) = self.extensions.iter().find(|line| line.tag < FIRST_SPELLED_TAG) {
            return Err(format!("extension {} has no place here", line.tag));
        }
        let carried = self.extensions.iter();
        let carried =
            carried.map(|line| Carried { tag: line.tag, bytes: line.bytes.0.clone().into() }).collect();
        let extensions = Extensions { command, subjects, carried };
        if extension::area_bytes(&extensions) > AREA_BYTES_MAX {
            return Err(format!("its extensions take more than {AREA_BYTES_MAX} bytes"));
        }
        Ok(extensions)
    }

    fn into_event(self, text: Vec<u8>) -> Result<BundledEvent, String> {
        let stream: StreamId = self.stream.parse().map_err(|error| format!("{error}"))?;
        let name = match self.kind.split_once('.') {
            Some((category, name)) if category == stream.category && mediary_events::is_word(name) => name,
            _ => return Err(format!("kind {:?} does not belong to {stream}", self.kind)),
        };
        let salt: Option<[u8; 16]> = match &self.salt {
            Some(Hex(salt)) => {
                Some(salt.as_slice().try_into().map_err(|_| "a salt has 32 hex digits".to_owned())?)
            }
            None => None,
        };
        let body = match (&salt, &self.payload_bytes) {
            (Some(salt), Some(Hex(payload))) => Body::Inline { salt, payload },
            (None, None) => Body::Erased,
            _ => return Err("salt and payload are erased together".to_owned()),
        };
        let name = name.to_owned();
        let extensions = self.extensions()?;
        let envelope = Envelope {
            position: self.position,
            stream,
            version: self.version,
            id: self.id,
            name: name.into(),
            schema: self.schema,
            at: self.at,
            epoch: self.epoch,
            project: self.project,
            principal: self.principal,
            origin: Origin { kind: self.origin.kind, id: self.origin.id },
            command_id: self.command_id,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            append_index: self.append_index,
            append_len: self.append_len,
            codec: Codec::MessagePack,
            extensions,
            digest: self.digest,
        };
        let mut frame = Vec::new();
        frame::encode_envelope(&envelope, &mut frame);
        frame::encode_rest(&envelope.digest, body, &mut frame);
        Ok(BundledEvent { frame, hash: self.hash, text })
    }
}
