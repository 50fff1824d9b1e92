//! Preview: what is at an address, before anything is followed.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Preview, Rejection};
pub use event::Event;
pub use state::State;
