//! Signals: what flies beside the log and is never stored (progress, output lines, heartbeats; PL-08).
//!
//! Guarantees: the latest value of a subject wins; a subject is told at most four times a second, its
//! last value always; a slow listener misses values, never subjects that are still there; nobody waits for a listener.

mod hub;
#[cfg(test)]
mod tests;

pub use hub::{Signal, SignalHub, SignalListener, Subject};
