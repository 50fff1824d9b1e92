//! Parrot: texts that are repeated, and counted on the way.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Parrot, Rejection};
pub use event::Event;
pub use state::State;
