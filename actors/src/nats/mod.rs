//! A `nats-server` of our own: a supervised child on loopback, for `--nats auto` (PL-62).
//!
//! Guarantees: nobody connects without a password; passwords and port stay the same over restarts, and
//! are in files that only the owner of the data folder can read; `automation` reads events and signals and can
//! publish neither; a server that dies is started again by the supervisor, and its stream is filled again by the relay.
//!
//! What is sent over it is the business of `mediary_log::fanout`; here is only the server.

mod access;
mod actor;
mod config;
mod error;
#[cfg(test)]
mod tests;

pub use access::Access;
pub use actor::{NatsServer, NatsServerArguments, STOPS_WITHIN, ServerStatus};
pub use error::Error;
