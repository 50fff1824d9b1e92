//! What can happen and has happened: the vocabulary of every concern. Pure: no I/O, nothing async, no store.
//!
//! Guarantees: `decide` and `evolve` are pure. The log that keeps events, and the gate before it, are in `events/log`.
//!
//! To add a concern: a folder named after it with the roles `command event state decide`, and one `mod` line here.

pub mod account;
pub mod asked;
pub mod bot;
pub mod check;
pub mod codec;
pub mod collection;
pub mod command;
pub mod concern;
pub mod delivery;
pub mod download;
mod envelope;
mod extension;
pub mod file;
pub mod job;
pub mod lane;
pub mod log;
mod name;
mod named;
pub mod notification;
mod passed;
pub mod plan;
pub mod playlist;
pub mod preview;
pub mod profile;
pub mod project;
pub mod reaction;
pub mod reservation;
pub mod root;
pub mod schedule;
pub mod secret;
pub mod setting;
pub mod template;
pub mod testing;
mod told;
pub mod transcode;
pub mod watch;
pub mod worker;

pub use asked::{AskError, Asked, CommandKind};
pub use codec::PayloadError;
pub use concern::{ANY_THING, Concern, EventKind, Rejection, Stored};
pub use envelope::{
    Category, Codec, Envelope, Origin, OriginKind, ParseOriginError, ParseSchemaError, ParseStreamError,
    Recorded, Schema, StreamId,
};
pub use extension::{Carried, CommandTag, Extensions, SUBJECTS_MAX, SealTag, Subjects, SubjectsError};
pub use mediary_schema::{NAME_BYTES_MAX, ParseSubjectError, Subject, is_word};
pub use passed::{ParsePassedError, Passed};
pub use told::{told, write_told};
