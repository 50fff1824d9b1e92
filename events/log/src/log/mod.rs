//! The log: every fact, once, in order, chained, on disk before it is acknowledged.
//!
//! Guarantees: see `docs/invariants.md` (L-…); the stored bytes are described in `docs/log-format.md`.
//! redb is known here and nowhere else. Not here: what events mean, and who may append ([`crate::gate`] is the only one who
//! can: `Log::append` is there for tests, with the feature `testing`).

mod append;
mod backend;
mod backup;
mod bundle;
mod chain;
mod contain;
mod create;
mod epoch;
mod erasure;
mod error;
mod excerpt;
mod export;
mod extension;
mod filter;
mod frame;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod handle;
mod hub;
mod index;
mod lock;
mod metric;
mod offline;
mod open;
mod options;
mod pages;
mod payload;
mod proving;
mod queue;
mod read;
mod reader;
mod rebuild;
mod recent;
mod record;
mod replica;
mod rules;
mod salvage;
mod sealing;
mod snapshot;
mod space;
mod store;
mod tables;
mod tail;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

pub(crate) use append::Stamp;
pub use append::{
    APPEND_BYTES_MAX, APPEND_EVENTS_MAX, Append, AppendHeader, Appended, Expected, NewEvent, OnlyIf,
    PAYLOAD_BYTES_MAX, Personal, STAND_IN_BYTES_MAX, Urgency,
};
pub use backup::{
    Attached, BackedUp, BackupError, BackupSettings, Restored, backup, backup_with, prove_backup, restore,
};
pub use chain::Hash;
pub use error::{AppendError, Damage, FatalError, Holder, OpenError, ReadError, StorageFault};
pub use excerpt::{Excerpt, Withheld};
pub use export::{ExportError, Exported, Source, export};
pub use filter::Filter;
pub use handle::{CategoryCount, Log};
pub use hub::{Batch, Subscription};
pub use lock::is_held;
pub use mediary_events::{
    Category, Codec, CommandTag, Envelope, Extensions, NAME_BYTES_MAX, Origin, OriginKind, ParseStreamError,
    Passed, PayloadError, Recorded, Schema, StreamId, Subject, Subjects,
};
pub use options::{OnFatal, Options};
pub use proving::Proof;
pub use read::{Direction, Page, Read};
pub use reader::LogReader;
pub use replica::{Original, ReplicaError, replicate};
pub use salvage::{Salvaged, salvage};
pub use snapshot::{Kept, SnapshotError, SnapshotStore};
pub use store::Head;
pub use verify::{
    Checkpoint, Erasure, Report, VerifyError, verify, verify_bundle, verify_live, verify_live_while,
};
