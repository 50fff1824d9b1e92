//! Job: long work of any concern, from the queue to its end (PL-20, PL-21, PL-23, PL-24).
//!
//! Guarantees: terminal states are final; whatever an attempt asks after it lost its lease is refused.

pub mod ask;
mod backoff;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub(crate) use backoff::wait;
pub use command::{Command, Outcome};
pub use decide::{Job, Rejection};
pub use event::Event;
pub use state::{Attempt, State, Stop};
