//! Setting: what people change while it runs (PL-91).

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Rejection, Setting};
pub use event::Event;
pub use state::State;
