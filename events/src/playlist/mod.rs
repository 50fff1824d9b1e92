//! Playlist: a remote list that is followed, and what changed in it from refresh to refresh.
//!
//! Guarantees: only a full refresh declares an absence, and a removal only the second in a row
//! (LI-05); the same look recorded twice changes nothing the second time.

pub mod ask;
mod command;
mod compare;
mod decide;
mod diff;
mod event;
mod keeping;
mod rows;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use compare::{Comparison, Difference, DifferenceKind, compare};
pub use decide::{Playlist, Rejection};
pub use diff::{Diff, diff, try_diff};
pub use event::Event;
pub use rows::Rows;
pub use state::{Resolved, Row, State};
