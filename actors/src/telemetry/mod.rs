//! The meter: tells samples of work and of the machine.
//!
//! Guarantees: nothing waits for it, and nothing is decided by what it tells. What work took is read off the log, so that it is told
//! of remote workers alike. While nothing is at work it sleeps, unless somebody wants the machine looked at all the time.

mod actor;
mod counts;
mod host;
mod network;
#[cfg(test)]
mod tests;
mod work;

pub use actor::{Meter, MeterArguments};
