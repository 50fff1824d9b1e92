//! Schedule: commands that are given again and again, as whoever added them (LI-09).
//!
//! Guarantees: a moment that came is done once, together with the record that it was; moments that were missed while
//! nobody was there are done as one; it does nothing that whoever added it may not do now.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Rejection, Schedule};
pub use event::Event;
pub use state::{Plan, State};
