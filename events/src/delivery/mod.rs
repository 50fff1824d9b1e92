//! Delivery: one message to one channel, and what became of it (CH-11).
//!
//! Guarantees: that it is being sent is recorded before it is sent, and what came of it after; what was being sent when whoever
//! sent it ended is unsure, and is not sent again unless a person wants that. What surely was not sent is tried again,
//! waiting longer each time, and then kept until a person wants it sent again.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Delivery, Rejection};
pub use event::Event;
pub use state::State;
