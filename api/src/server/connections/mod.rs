//! Connections: how many there are, and for how long one may say nothing.
//!
//! Guarantees: a connection that has not sent the head of a request within a time is closed; there are
//! at most so many, in all and of one peer, and where they are all taken the oldest that asks for nothing
//! makes room, so that silence locks nobody out. One whose client takes nothing of what is written to it for a time
//! is closed, a websocket, too. With a certificate, nothing but TLS is spoken with other machines, by the
//! certificate that its files have by then. Does not: count
//! websockets, which have seats of their own.

mod certificate;
mod options;
mod places;
mod serve;
#[cfg(test)]
mod tests;
mod tls;
mod wire;

pub use options::Options;
pub use serve::serve;
pub use tls::{Tls, TlsError};
