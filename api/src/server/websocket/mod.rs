//! GraphQL over a websocket, sub-protocol `graphql-transport-ws` and no other.
//!
//! Guarantees: a socket that does not speak the protocol is closed with the protocol's own code; a
//! socket costs at most its caps (sockets in all, sockets of one token, streams of one socket,
//! bytes of one message); a peer that stopped reading or answering is dropped after a bounded time;
//! each stream of a socket gets its turn. Does not: decide who may do what (that is
//! [`Authenticate`]'s answer and the resolvers'), or buffer: the next item of a stream is asked for
//! after the one before it was written.
//!
//! A socket is one task without children: dropping it drops its streams.

mod close;
mod message;
mod operation;
mod options;
mod origin;
mod seats;
mod service;
mod session;
mod socket;
#[cfg(test)]
mod tests;

pub use close::Close;
pub use options::Options;
pub(super) use origin::is_allowed as is_allowed_origin;
pub use service::{PROTOCOL, Sockets};
pub(super) use session::bearer;
pub use session::{AuthError, Authenticate, Credentials, Session};
