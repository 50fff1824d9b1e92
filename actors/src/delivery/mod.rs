//! Deliveries: what is sent of notices, over the one way out.
//!
//! Guarantees: that something is being sent is recorded before the first byte of it, and what came of it after; whatever was
//! being sent when this ended is unsure, and is not sent again by itself. Addresses come from the vault for the time of one request.
//!
//! To add a service: a variant of `Target` with its spelling, and a file in `call/`.

mod actor;
mod call;
mod due;
mod mail;
#[cfg(test)]
mod tests;

pub use actor::{Message, Outbox, OutboxArguments};
