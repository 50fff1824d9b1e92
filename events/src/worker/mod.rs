//! Worker: a machine that does long work; the local one is inside the server.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Rejection, Worker};
pub use event::Event;
pub use state::State;
