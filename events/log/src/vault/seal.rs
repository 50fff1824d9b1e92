//! XChaCha20-Poly1305 with keys that leave no trace in memory that is given back.

use std::fmt;

use chacha20poly1305::{
    Key as CipherKey, KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use mediary_schema::MasterKeyId;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long a key is.
pub(super) const KEY_BYTES: usize = 32;
/// How long a nonce is: so long that it can be drawn.
const NONCE_BYTES: usize = 24;

/// A key. It is never shown, and overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key(Zeroizing<[u8; KEY_BYTES]>);

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl Key {
    /// A new one from the operating system.
    pub(super) fn new() -> Self {
        Self(Zeroizing::new(StdRng::from_os_rng().random()))
    }

    pub(super) fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(super) fn try_from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_bytes(bytes.try_into().ok()?))
    }

    pub(super) fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// What a master key is called: nobody finds from it to the key.
    pub(super) fn master_id(&self) -> MasterKeyId {
        let hash = blake3::derive_key("mediary 2026-11-27 id of a master key", self.as_bytes());
        let bytes = hash.first_chunk().expect("32 bytes begin with 16");
        MasterKeyId::from_uuid(uuid::Builder::from_custom_bytes(*bytes).into_uuid())
    }

    /// Seals: a nonce of its own, then the ciphertext with its tag. What `bound` says is needed to open it.
    pub(super) fn seal(&self, bound: &Bound, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = StdRng::from_os_rng().random();
        let payload = Payload { msg: plain, aad: &bound.0 };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        [&nonce[..], &sealed.expect("it is shorter than 256 GiB")].concat()
    }

    /// Opens what was sealed; none if it was by another key, for another place, or is damaged.
    pub(super) fn open(&self, bound: &Bound, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: &bound.0 };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&CipherKey::from(*self.0))
    }
}

/// What something sealed is bound to: it opens as nothing else.
#[derive(Debug, Default)]
pub(crate) struct Bound(Vec<u8>);

impl Bound {
    /// These bytes, which nothing else has.
    pub(crate) const fn of(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, for a test that holds them.
    #[cfg(test)]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Ids, in their order, of a thing of a kind.
    pub(super) fn to(kind: &str, ids: &[Uuid]) -> Self {
        let mut bound = kind.as_bytes().to_vec();
        for id in ids {
            bound.extend(id.as_bytes());
        }
        Self(bound)
    }
}
