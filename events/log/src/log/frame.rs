//! The bytes of one event, for ever. `docs/log-format.md` describes them byte by byte.
//!
//! A frame is envelope ‖ digest ‖ body. The envelope is what the chain covers; the body is the salt and
//! the payload, or a mark where they were erased. There is exactly one frame for an event: a reader
//! refuses any other spelling, or a flipped bit could pass as another way to say the same.

use std::borrow::Cow;

use bytes::Bytes;
use mediary_events::{Codec, Envelope, Extensions, Origin, OriginKind, Recorded, Schema, StreamId, is_word};
use mediary_schema::{CommandId, CorrelationId, EventId, PrincipalId, ProjectId, Timestamp};
use uuid::Uuid;

use super::{chain, error::Damage, extension, sealing::Opener};

/// The form of the envelope.
const FORM: u8 = 2;

/// An event's id follows as the cause.
const FLAG_CAUSED: u8 = 1 << 0;

/// Salt and payload follow.
const BODY_INLINE: u8 = 1;
/// Salt and payload were erased.
const BODY_ERASED: u8 = 2;
/// Reserved: the payload is a blob, named by its hash.
const BODY_BLOB: u8 = 3;
/// Reserved: salt, length and compressed payload follow. A form of the body, so that nothing in the chain changes.
const BODY_COMPRESSED: u8 = 4;

const AT_CODEC: usize = 1;
const AT_FLAGS: usize = 2;
const AT_ORIGIN: usize = 3;
const AT_SCHEMA: usize = 4;
const AT_POSITION: usize = 6;
const AT_VERSION: usize = 14;
const AT_TIME: usize = 22;
const AT_EPOCH: usize = 30;
const AT_APPEND_INDEX: usize = 38;
const AT_APPEND_LEN: usize = 42;
const AT_ID: usize = 46;
const AT_STREAM: usize = 62;
const AT_PROJECT: usize = 78;
const AT_PRINCIPAL: usize = 94;
const AT_ORIGIN_ID: usize = 110;
const AT_COMMAND: usize = 126;
const AT_CORRELATION: usize = 142;
const FIXED_BYTES: usize = 158;

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum FrameError {
    #[error("it ends too early")]
    TooShort,
    #[error("{0} bytes follow its end")]
    TooLong(usize),
    #[error("envelope form {0} is unknown to this version")]
    UnknownForm(u8),
    #[error("codec {0} is unknown to this version")]
    UnknownCodec(u8),
    #[error("compressed payloads are unknown to this version")]
    Compressed,
    #[error("extension {0}, which may not be passed over, is unknown to this version")]
    UnknownExtension(u8),
    #[error("flags {0:#010b} are unknown to this version")]
    UnknownFlags(u8),
    #[error("0 is no origin")]
    BadOrigin,
    #[error("0 is no version of a payload's form")]
    BadSchema,
    #[error("its extension {0} is malformed")]
    BadExtension(u8),
    #[error("payloads in blobs are unknown to this version")]
    Blob,
    #[error("0 is no body")]
    BadBody,
    #[error("body {0} is unknown to this version")]
    UnknownBody(u8),
    #[error("a stored name has characters that stored names can't have")]
    BadName,
    #[error("its place in its append is impossible")]
    BadAppend,
}

impl FrameError {
    /// Whether a newer program may have written it, as far as these bytes tell.
    pub(super) const fn is_newer(&self) -> bool {
        match self {
            Self::UnknownForm(form) => *form > FORM,
            Self::UnknownCodec(_)
            | Self::Compressed
            | Self::UnknownExtension(_)
            | Self::UnknownFlags(_)
            | Self::Blob
            | Self::UnknownBody(_) => true,
            Self::TooShort
            | Self::TooLong(_)
            | Self::BadOrigin
            | Self::BadSchema
            | Self::BadExtension(_)
            | Self::BadBody
            | Self::BadName
            | Self::BadAppend => false,
        }
    }
}

/// Where the payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body<'a> {
    /// Here.
    Inline { salt: &'a [u8; 16], payload: &'a [u8] },
    /// Gone.
    Erased,
}

/// A frame that was read and found well-formed; its digest was not checked yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    bytes: &'a [u8],
    envelope_len: usize,
    category: &'a str,
    name: &'a str,
    origin: OriginKind,
    extensions: &'a [u8],
    body: Body<'a>,
}

impl<'a> Frame<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let fixed: &[u8; FIXED_BYTES] = bytes.first_chunk().ok_or(FrameError::TooShort)?;
        let origin = check_fixed(fixed)?;
        let caused = if fixed[AT_FLAGS] & FLAG_CAUSED == 0 { 0 } else { 16 };
        let mut rest = bytes.get(FIXED_BYTES + caused..).ok_or(FrameError::TooShort)?;
        let category = take_name(&mut rest)?;
        let name = take_name(&mut rest)?;
        let extensions = extension::take(&mut rest)?;
        let envelope_len = bytes.len() - rest.len();
        let (_, body) = rest.split_first_chunk::<32>().ok_or(FrameError::TooShort)?;
        let frame = Self { bytes, envelope_len, category, name, origin, extensions, body: parse_body(body)? };
        if frame.append_index() >= frame.append_len() {
            return Err(FrameError::BadAppend);
        }
        Ok(frame)
    }

    /// All of it, as it is kept.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The bytes that the chain covers.
    pub(super) fn envelope_bytes(&self) -> &'a [u8] {
        &self.bytes[..self.envelope_len]
    }

    pub(super) fn digest(&self) -> &'a [u8; 32] {
        self.bytes[self.envelope_len..].first_chunk().expect("parse found a digest here")
    }

    pub(super) fn body(&self) -> Body<'a> {
        self.body
    }

    /// The same event, without what it says.
    pub(super) const fn without_payload(self) -> Self {
        Self { body: Body::Erased, ..self }
    }

    pub(super) fn category(&self) -> &'a str {
        self.category
    }

    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    pub(super) fn schema(&self) -> Schema {
        let [major, minor] = self.field(AT_SCHEMA);
        Schema::new(major, minor)
    }

    /// What it carries beyond the fixed fields.
    pub(super) fn extensions(&self) -> Extensions {
        extension::decode(self.extensions)
    }

    pub(super) fn position(&self) -> u64 {
        u64::from_be_bytes(self.field(AT_POSITION))
    }

    pub(super) fn version(&self) -> u64 {
        u64::from_be_bytes(self.field(AT_VERSION))
    }

    pub(super) fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.at_micros())
    }

    /// The time as it is written, also where no clock of ours would have it.
    pub(super) fn at_micros(&self) -> i64 {
        i64::from_be_bytes(self.field(AT_TIME))
    }

    pub(super) fn epoch(&self) -> u64 {
        u64::from_be_bytes(self.field(AT_EPOCH))
    }

    pub(super) fn append_index(&self) -> u32 {
        u32::from_be_bytes(self.field(AT_APPEND_INDEX))
    }

    pub(super) fn append_len(&self) -> u32 {
        u32::from_be_bytes(self.field(AT_APPEND_LEN))
    }

    pub(super) fn id(&self) -> EventId {
        EventId::from_uuid(self.uuid(AT_ID))
    }

    pub(super) fn stream(&self) -> StreamId {
        StreamId::new(Cow::Owned(self.category.to_owned()), self.stream_uuid())
    }

    pub(super) fn stream_uuid(&self) -> Uuid {
        self.uuid(AT_STREAM)
    }

    pub(super) fn project(&self) -> ProjectId {
        ProjectId::from_uuid(self.uuid(AT_PROJECT))
    }

    pub(super) fn principal(&self) -> PrincipalId {
        PrincipalId::from_uuid(self.uuid(AT_PRINCIPAL))
    }

    pub(super) fn command_id(&self) -> CommandId {
        CommandId::from_uuid(self.uuid(AT_COMMAND))
    }

    pub(super) fn correlation_id(&self) -> CorrelationId {
        CorrelationId::from_uuid(self.uuid(AT_CORRELATION))
    }

    pub(super) fn origin(&self) -> Origin {
        Origin { kind: self.origin, id: self.uuid(AT_ORIGIN_ID) }
    }

    pub(super) fn causation_id(&self) -> Option<Uuid> {
        let caused = self.bytes[AT_FLAGS] & FLAG_CAUSED != 0;
        caused.then(|| self.uuid(FIXED_BYTES))
    }

    pub(super) fn envelope(&self) -> Envelope {
        Envelope {
            position: self.position(),
            stream: self.stream(),
            version: self.version(),
            id: self.id(),
            name: Cow::Owned(self.name.to_owned()),
            schema: self.schema(),
            at: self.at(),
            epoch: self.epoch(),
            project: self.project(),
            principal: self.principal(),
            origin: self.origin(),
            command_id: self.command_id(),
            correlation_id: self.correlation_id(),
            causation_id: self.causation_id().map(EventId::from_uuid),
            append_index: self.append_index(),
            append_len: self.append_len(),
            codec: Codec::MessagePack,
            extensions: self.extensions(),
            digest: *self.digest(),
        }
    }

    /// Whether the payload is what was recorded; an erased one can't be wrong.
    pub(super) fn payload_matches(&self) -> bool {
        match self.body {
            Body::Inline { salt, payload } => chain::digest(salt, payload) == *self.digest(),
            Body::Erased => true,
        }
    }

    /// Whether its payload is sealed.
    pub(super) fn is_sealed(&self) -> bool {
        extension::is_sealed(self.extensions)
    }

    /// The event for readers; a payload is never handed out without having been checked, nor as ciphertext.
    pub(super) fn recorded(&self, opener: Opener<'_>) -> Result<Recorded, Damage> {
        if !self.payload_matches() {
            return Err(Damage::Payload { position: self.position() });
        }
        let envelope = self.envelope();
        let payload = match (self.body, &envelope.extensions.seal) {
            (Body::Inline { payload, .. }, None) => Some(Bytes::copy_from_slice(payload)),
            (Body::Inline { payload, .. }, Some(seal)) => opener.open(&envelope, seal, payload),
            (Body::Erased, _) => None,
        };
        // What erased it later may have something better.
        let replacement = if payload.is_none() { envelope.extensions.stand_in().cloned() } else { None };
        Ok(Recorded { envelope, payload, replacement })
    }

    fn field<const N: usize>(&self, at: usize) -> [u8; N] {
        *self.bytes[at..].first_chunk().expect("parse found the fixed part whole")
    }

    fn uuid(&self, at: usize) -> Uuid {
        Uuid::from_bytes(self.field(at))
    }
}

fn check_fixed(fixed: &[u8; FIXED_BYTES]) -> Result<OriginKind, FrameError> {
    if fixed[0] != FORM {
        return Err(FrameError::UnknownForm(fixed[0]));
    }
    if fixed[AT_CODEC] != Codec::MessagePack as u8 {
        return Err(FrameError::UnknownCodec(fixed[AT_CODEC]));
    }
    let flags = fixed[AT_FLAGS];
    if flags & !FLAG_CAUSED != 0 {
        return Err(FrameError::UnknownFlags(flags));
    }
    if fixed[AT_SCHEMA] == 0 {
        return Err(FrameError::BadSchema);
    }
    OriginKind::from_byte(fixed[AT_ORIGIN]).ok_or(FrameError::BadOrigin)
}

fn take_name<'a>(rest: &mut &'a [u8]) -> Result<&'a str, FrameError> {
    let (len, after) = rest.split_first().ok_or(FrameError::TooShort)?;
    let (name, after) = after.split_at_checked(usize::from(*len)).ok_or(FrameError::TooShort)?;
    *rest = after;
    let name = std::str::from_utf8(name).map_err(|_| FrameError::BadName)?;
    if is_word(name) { Ok(name) } else { Err(FrameError::BadName) }
}

fn parse_body(body: &[u8]) -> Result<Body<'_>, FrameError> {
    let (tag, rest) = body.split_first().ok_or(FrameError::TooShort)?;
    match *tag {
        BODY_INLINE => {
            let (salt, payload) = rest.split_first_chunk().ok_or(FrameError::TooShort)?;
            Ok(Body::Inline { salt, payload })
        }
        BODY_ERASED if rest.is_empty() => Ok(Body::Erased),
        BODY_ERASED => Err(FrameError::TooLong(rest.len())),
        BODY_BLOB => Err(FrameError::Blob),
        BODY_COMPRESSED => Err(FrameError::Compressed),
        0 => Err(FrameError::BadBody),
        unknown => Err(FrameError::UnknownBody(unknown)),
    }
}

/// Writes the bytes that the chain covers.
pub(super) fn encode_envelope(envelope: &Envelope, out: &mut Vec<u8>) {
    let flags = if envelope.causation_id.is_some() { FLAG_CAUSED } else { 0 };
    out.extend_from_slice(&[FORM, envelope.codec as u8, flags, envelope.origin.kind.byte()]);
    out.extend_from_slice(&[envelope.schema.major, envelope.schema.minor]);
    out.extend_from_slice(&envelope.position.to_be_bytes());
    out.extend_from_slice(&envelope.version.to_be_bytes());
    out.extend_from_slice(&envelope.at.as_micros().to_be_bytes());
    out.extend_from_slice(&envelope.epoch.to_be_bytes());
    out.extend_from_slice(&envelope.append_index.to_be_bytes());
    out.extend_from_slice(&envelope.append_len.to_be_bytes());
    for uuid in [
        envelope.id.uuid(),
        envelope.stream.uuid,
        envelope.project.uuid(),
        envelope.principal.uuid(),
        envelope.origin.id,
        envelope.command_id.uuid(),
        envelope.correlation_id.uuid(),
    ] {
        out.extend_from_slice(uuid.as_bytes());
    }
    if let Some(cause) = envelope.causation_id {
        out.extend_from_slice(cause.uuid().as_bytes());
    }
    for name in [envelope.stream.category.as_ref(), envelope.name.as_ref()] {
        out.push(u8::try_from(name.len()).expect("a stored name has at most 64 bytes"));
        out.extend_from_slice(name.as_bytes());
    }
    extension::encode(&envelope.extensions, out);
}

/// Writes what follows the envelope: the digest, and salt and payload or the mark of their absence.
pub(super) fn encode_rest(digest: &[u8; 32], body: Body<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(digest);
    match body {
        Body::Inline { salt, payload } => {
            out.push(BODY_INLINE);
            out.extend_from_slice(salt);
            out.extend_from_slice(payload);
        }
        Body::Erased => out.push(BODY_ERASED),
    }
}
