//! What can happen and has happened: the vocabulary of every concern, the log, and the gate before it.
//!
//! Guarantees: `decide` and `evolve` are pure; [`gate`] is the only public way to append.
//!
//! To add a concern: a folder named after it with the roles `command event state decide`, one `mod`
//! line here, and, if it does long work, one arm in [`work`].

pub mod account;
pub mod codec;
pub mod concern;
pub mod download;
pub mod fanout;
pub mod file;
pub mod gate;
pub mod job;
pub mod log;
pub mod playlist;
pub mod reservation;
pub mod setting;
pub mod signal;
mod spawn;
pub mod testing;
pub mod work;
pub mod worker;

pub use concern::{Concern, EventKind, Rejection};
