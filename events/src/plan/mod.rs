//! Plans: what would become of files, exactly, before it does, and how it is taken back.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Plan, Rejection};
pub use event::Event;
pub use state::State;
