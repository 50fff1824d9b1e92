//! The chain: every event is bound to all before it (L-5, L-6).
//!
//! `h(p) = BLAKE3(h(p-1) ‖ envelope(p) ‖ digest(p))` with a context of its own, independent of how events were batched. Payloads
//! enter by their digest only, so that one can be erased without breaking the chain.

use std::sync::LazyLock;

use uuid::Uuid;

/// A hash of the chain.
pub type Hash = [u8; 32];

/// Stored hashes are at most this far apart, so that damage is found within so many events.
pub(super) const STRIDE: u64 = 256;

/// What a hash is for is part of it: none of one use is ever one of another.
const GENESIS_CONTEXT: &str = "mediary log format 2: genesis";
const LINK_CONTEXT: &str = "mediary log format 2: link";
const DIGEST_CONTEXT: &str = "mediary log format 2: digest";

/// Hashers that have taken their context in already: two of them are needed for every event.
static LINK: LazyLock<blake3::Hasher> = LazyLock::new(|| blake3::Hasher::new_derive_key(LINK_CONTEXT));
static DIGEST: LazyLock<blake3::Hasher> = LazyLock::new(|| blake3::Hasher::new_derive_key(DIGEST_CONTEXT));

/// The hash before the first event.
pub(super) fn genesis(log_id: Uuid) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key(GENESIS_CONTEXT);
    hasher.update(log_id.as_bytes());
    *hasher.finalize().as_bytes()
}

/// The hash after an event.
pub(super) fn link(previous: &Hash, envelope: &[u8], digest: &Hash) -> Hash {
    let mut hasher = LINK.clone();
    hasher.update(previous).update(envelope).update(digest);
    *hasher.finalize().as_bytes()
}

/// The digest of a payload.
pub(super) fn digest(salt: &[u8; 16], payload: &[u8]) -> Hash {
    let mut hasher = DIGEST.clone();
    hasher.update(salt).update(payload);
    *hasher.finalize().as_bytes()
}

/// Whether the hash after this event is stored.
pub(super) const fn is_stored(position: u64, append_index: u32, append_len: u32) -> bool {
    append_index + 1 == append_len || position.is_multiple_of(STRIDE)
}
