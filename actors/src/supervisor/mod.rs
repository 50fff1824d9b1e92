//! Supervision: one for one, with backoff and a limit, an ordered start and an ordered stop.
//!
//! Guarantees: a child that fails is started again after a growing wait; one that fails too often
//! within a window is halted alone, which is told, and can be resumed; children stop in the reverse
//! order of their start, each within its deadline. What a child does while it starts keeps nobody waiting.
//! Whether a halted child is to run again is said in the log; log and supervisor are brought together at
//! every change of either, see [`reconcile`]. Why not a crate: ADR 0003.

mod actor;
mod children;
mod policy;
mod reconcile;
#[cfg(test)]
mod tests;

pub use actor::{Child, Resumer, StartError, Supervisor, SupervisorHandle};
pub use children::{ChildState, ChildStatus};
pub use policy::Policy;
pub use reconcile::{LocalWorker, reconcile};
