//! Project: whose things are whose. Each list, job, file and token belongs to one; a person alone has `home`, which
//! no event makes.
//!
//! The installation's own project knows the others: they are all in its stream, so that a name is had once.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Project, Rejection};
pub use event::Event;
pub use state::{Made, State};
