//! Root: a folder of this machine below which files lie: a library, or a folder that is watched.
//!
//! The installation's own project knows all of them: they are all in its stream, so that a folder and a name are had
//! once, and what lies in which is decided on all there are.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Rejection, Root};
pub use event::Event;
pub use state::{Registered, State};
