//! Watch: folders from which files are taken that others put there (TR-02).
//!
//! Guarantees: a file that is still written is not taken; one that is known is not read again; what is taken is asked for in
//! the name of whoever set the watch, with what he may.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Rejection, Watches};
pub use event::{Added, Event};
pub use state::{Known, State};
