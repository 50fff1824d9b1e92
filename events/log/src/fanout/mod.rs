//! NATS: events and signals told to whoever listens outside of this process (PL-60, PL-61, PL-62).
//!
//! Guarantees:
//!
//! - the log is the outbox: an event is published after it is on the disk, and nobody waits for it;
//! - the stream [`STREAM`] holds, in order, the newest events that its limits of age and size allow. A
//!   stream that is found empty is filled again from the log, so that an event is published at least once;
//! - an event is in the stream once: the relay expects the last sequence that it saw, and the server
//!   refuses a copy;
//! - `Mediary-Position` counts by one from message to message, except where an owner's hand or the
//!   limits removed some. Whoever finds a gap reads the log (`docs/nats.md`);
//! - no secret is in an error, a status or a `Debug` text.
//!
//! Signals are told while there is a connection and are gone otherwise. Commands are heard while there is one, and put
//! before the gate like everybody's. A range of the log can be told again elsewhere, marked as such.
//! NATS is known here and nowhere else in this crate.

mod again;
mod commands;
mod contract;
mod error;
mod link;
mod message;
mod metric;
mod options;
mod relay;
mod service;
mod session;
mod signals;
mod status;
mod stream;
#[cfg(test)]
mod tests;

pub use again::{AgainError, AgainSubject, ParseAgainSubjectError, REPLAY, ToldAgain, tell_again};
pub use commands::{COMMAND_ID, COMMANDS, DRY_RUN, ONLY_IF, inbox_prefix, user_lines};
pub use contract::asyncapi;
pub use error::Error;
pub use options::{Credentials, Options, ParseServerError, Secret, Server};
pub use service::{Relay, RelayHandle};
pub use status::{RelayState, RelayStatus};
pub use stream::STREAM;
