//! The line of an event: written, and read back into what the log stores.

use std::io::{self, Write};

use mediary_events::{
    self, Carried, Codec, CommandTag, Envelope, Extensions, Origin, OriginKind, Schema, StreamId, Subject,
    Subjects,
};
use mediary_schema::{CommandId, CorrelationId, EventId, PrincipalId, ProjectId, Timestamp};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use uuid::Uuid;

use super::{
    BundledEvent,
    hex::{Hex, hex_array},
};
use crate::log::{
    chain::Hash,
    extension,
    frame::{self, Body, Frame},
    payload,
};

/// The length of an extension area has two bytes.
const AREA_BYTES_MAX: usize = u16::MAX as usize;
/// Tags below are those that this form of bundles has fields for, and critical ones, which it has no room for.
const FIRST_SPELLED_TAG: u8 = 130;
/// The one below that has none and is spelled, since form 3.
const TAG_SEALED: u8 = extension::TAG_SEALED;

/// The line of an event.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EventLine {
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

/// Writes the line of an event; `hash` is that of the chain after it.
pub(in crate::log) fn write_event(frame: &Frame<'_>, hash: &Hash, out: &mut impl Write) -> io::Result<()> {
    let envelope = frame.envelope();
    let (salt, payload) = match frame.body() {
        Body::Inline { salt, payload } => (Some(Hex(salt.to_vec())), Some(payload)),
        Body::Erased => (None, None),
    };
    let kind = envelope.kind();
    let Extensions { seal, command, subjects, carried } = envelope.extensions;
    let seal_line =
        seal.map(|seal| ExtensionLine { tag: TAG_SEALED, bytes: Hex(extension::seal_bytes(&seal)) });
    let carried =
        carried.into_iter().map(|Carried { tag, bytes }| ExtensionLine { tag, bytes: Hex(bytes.to_vec()) });
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
        extensions: seal_line.into_iter().chain(carried).collect(),
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
    match payload.filter(|_| seal.is_none()) {
        Some(payload) => payload::write_json(payload, &mut text).map_err(io::Error::other)?,
        None => text.extend_from_slice(b"null"),
    }
    text.extend_from_slice(b"}\n");
    out.write_all(&text)
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
        let (seal, carried) = match self.extensions.split_first() {
            Some((first, rest)) if first.tag == TAG_SEALED => {
                let seal = extension::seal(&first.bytes.0);
                (Some(seal.ok_or("a seal has 80 hex digits")?), rest)
            }
            _ => (None, self.extensions.as_slice()),
        };
        if let Some(line) = carried.iter().find(|line| line.tag < FIRST_SPELLED_TAG) {
            return Err(format!("extension {} has no place here", line.tag));
        }
        let carried = carried
            .iter()
            .map(|line| Carried { tag: line.tag, bytes: line.bytes.0.clone().into() })
            .collect();
        let extensions = Extensions { seal, command, subjects, carried };
        if extension::area_bytes(&extensions) > AREA_BYTES_MAX {
            return Err(format!("its extensions take more than {AREA_BYTES_MAX} bytes"));
        }
        Ok(extensions)
    }

    pub(super) fn into_event(self, text: Vec<u8>) -> Result<BundledEvent, String> {
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
