//! The log: every fact, once, in order, chained, on disk before it is acknowledged.
//!
//! Guarantees: see `docs/invariants.md` (L-…). redb is known here and nowhere else.

pub mod envelope;

pub use envelope::{Category, Codec, Envelope, Origin, OriginKind, ParseStreamError, Recorded, StreamId};
