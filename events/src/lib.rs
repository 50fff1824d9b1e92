//! What can happen and has happened: the vocabulary of every concern, the log, and the gate before it.
//!
//! Guarantees: `decide` and `evolve` are pure; [`gate`] is the only public way to append.
//!
//! To add a concern: a folder named after it with the roles `command event state decide`, and one
//! `mod` line here.

pub mod concern;
pub mod gate;
pub mod log;

pub use concern::{Concern, EventKind, Rejection};
