//! What a person records about himself, and what is said of him, is sealed by his key (ADR 0048, 0054): in the file, in
//! bundles and in backups stands ciphertext, and without the key the event is there and says nothing of him.
//!
//! What is sealed is bound to its kind, form, stream and project, so that a ciphertext stands for no other event. Position
//! and version are not known when it is sealed; the chain binds them.

use bytes::Bytes;
use mediary_events::{Envelope, Schema, SealTag, StreamId};
use mediary_schema::{DataKeyId, PrincipalId, ProjectId};

use super::{append::NewEvent, erasure::Erasures};
use crate::{
    access,
    vault::{Bound, PersonKeys},
};

/// How much longer what is sealed is than what it says: the tag of Poly1305.
pub(super) const SEAL_OVERHEAD_BYTES: usize = 16;

/// What a ciphertext is bound to begins with this.
const CONTEXT: &[u8] = b"mediary log format 2: sealed";

/// By whose key an event is sealed: of whom it says something, or of whoever records what belongs to him; none if its
/// payload is readable for ever.
pub(super) fn person(event: &NewEvent, principal: PrincipalId) -> Option<PrincipalId> {
    let said_of = event.personal.as_ref().map(|personal| personal.person);
    said_of.or_else(|| access::read(&event.stream.category).is_of_person().then_some(principal))
}

/// What is written in place of a payload.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    pub(super) tag: SealTag,
    pub(super) ciphertext: Bytes,
}

/// An event that is being sealed or opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind<'a> {
    pub(super) stream: &'a StreamId,
    pub(super) name: &'a str,
    pub(super) schema: Schema,
    pub(super) project: ProjectId,
}

impl Kind<'_> {
    pub(super) fn bound(&self, key: DataKeyId) -> Bound {
        let Self { stream, name, schema, project } = self;
        let kind = format!("{}.{name}", stream.category);
        let mut bound = CONTEXT.to_vec();
        // A kind has at most 129 bytes.
        bound.push(kind.len() as u8);
        bound.extend_from_slice(kind.as_bytes());
        bound.extend_from_slice(&[schema.major, schema.minor]);
        for id in [stream.uuid, project.uuid(), key.uuid()] {
            bound.extend_from_slice(id.as_bytes());
        }
        Bound::of(bound)
    }

    /// Seals a payload by a person's key; none if there is no such key.
    pub(super) fn seal(&self, keys: &PersonKeys, person: PrincipalId, payload: &[u8]) -> Option<Sealed> {
        let (data_key_id, sealed) = keys.seal(person, |key| self.bound(key), payload)?;
        let (nonce, ciphertext) = sealed.split_first_chunk()?;
        let tag = SealTag { data_key_id, nonce: *nonce };
        Some(Sealed { tag, ciphertext: Bytes::copy_from_slice(ciphertext) })
    }
}

/// What opens sealed payloads for readers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opener<'a> {
    pub(super) keys: &'a PersonKeys,
    pub(super) erasures: &'a Erasures,
}

impl Opener<'_> {
    /// What was sealed; none if its key was destroyed, or is not here.
    pub(super) fn open(&self, envelope: &Envelope, seal: &SealTag, ciphertext: &[u8]) -> Option<Bytes> {
        if self.erasures.is_shredded(seal.data_key_id) {
            return None;
        }
        let kind = Kind {
            stream: &envelope.stream,
            name: &envelope.name,
            schema: envelope.schema,
            project: envelope.project,
        };
        let sealed = [&seal.nonce, ciphertext].concat();
        let opened = self.keys.open(seal.data_key_id, &kind.bound(seal.data_key_id), &sealed)?;
        Some(Bytes::copy_from_slice(&opened))
    }
}
