//! Collection: personal lists of what is in the library, and what somebody likes best (MU-05, MU-06).
//!
//! Guarantees: a list is its owner's alone; a row stays, under the title that it was added with, whatever becomes of what it
//! is of; a row has one place, and what is moved stays one row.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::{Command, NewEntry};
pub use decide::{Collection, LISTS_MAX, Rejection, THINGS_MAX};
pub use event::Event;
pub use state::{Kept, List, State};
