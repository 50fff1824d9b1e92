//! The work that is measured; each piece also runs small as a test and fails when it does nothing.
//!
//! To add a benchmark: the work as a module here with a small run in its tests, and a program in
//! `benches/benches` that samples it and prints its table; of the same name, if it measures one module.

// The roots of the API are merged, one within the other: each concern is some levels of a future.
#![recursion_limit = "256"]

pub mod alone;
pub mod bare;
pub mod check;
pub mod comparing;
pub mod disk;
pub mod feed;
pub mod figure;
pub mod gate;
pub mod large;
pub mod list;
pub mod log;
pub mod platform;
pub mod queue;
pub mod rest;
pub mod socket;
pub mod subscription;
pub mod table;
pub mod telemetry;
pub mod torture;
pub mod view;
pub mod world;

use tokio::runtime::{Builder, Runtime};

/// The runtime of a benchmark: one thread, so that figures of two machines differ by less.
///
/// # Panics
/// If the system refuses.
pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
}
