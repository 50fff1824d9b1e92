//! Setting: what people change while it runs (PL-91).

mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::Command;
pub use decide::{Rejection, Setting};
pub use event::Event;
pub use state::State;
