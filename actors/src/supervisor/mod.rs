//! Supervision: one for one, with backoff and a limit, an ordered start and an ordered stop.
//!
//! Guarantees: a child that fails is started again after a growing wait; one that fails too often
//! within a window is halted alone, which is told, and can be resumed; children stop in the reverse
//! order of their start, each within its deadline. Why not a crate: ADR 0003.

mod actor;
mod policy;
#[cfg(test)]
mod tests;

pub use actor::{Child, ChildStatus, Halted, Resumer, StartError, Supervisor, SupervisorHandle};
pub use policy::Policy;
