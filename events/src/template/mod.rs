//! Template: settings of jobs under a name, for those who start work of one kind again and again (PL-22).
//!
//! Guarantees: a job has the settings of the version that it was started by, whatever the template becomes; a name and
//! a version stand for one and the same settings for ever.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Rejection, Template};
pub use event::Event;
pub use state::State;
