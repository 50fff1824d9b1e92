//! Profile: rules of one's own by which files are made of files, under a name and in versions (TR-03).
//!
//! Guarantees: what is saved can be followed by an encoder; a name and a version stand for the same rules for ever, and a job
//! has those of the version that it was started by, whatever the profile becomes; what ships with the program stays what it is.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Profiles, Rejection};
pub use event::Event;
pub use state::State;
