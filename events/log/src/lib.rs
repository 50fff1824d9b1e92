//! The log and what stands before it: the writer, the gate, the stories of work, signals, and the fan-out to NATS.
//!
//! Guarantees: [`gate`] is the only public way to append.
//!
//! To add a kind of work: its stories in [`work`], and one arm of `given_up` there.

pub mod access;
pub mod alarm;
pub mod check;
pub mod fanout;
pub mod gate;
mod log;
pub mod password;
pub mod signal;
mod spawn;
pub mod telemetry;
pub mod testing;
pub mod token;
pub mod vault;
pub mod whole;
pub mod work;

pub use log::*;
