//! Reaction: what one concern's event leads to in another, and how far it got.
//!
//! Guarantees: each cause that a reaction is for is recorded once as handled, or waits until it is; a
//! cause that waits keeps those behind it in its own stream waiting, and nobody else.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Reaction, Rejection};
pub use event::Event;
pub use state::{State, Waiting};
