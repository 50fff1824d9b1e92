//! Child programs: the only place that starts any (PL-33).
//!
//! Guarantees for every child, whatever it or its reader does:
//!
//! - it is a process group of its own with a cleaned environment, and carries `MEDIARY_LOG`,
//!   `MEDIARY_RUN` and whose it is: `MEDIARY_ATTEMPT` or `MEDIARY_PROBE`;
//! - operands stand after `--`, so that none of them can become an option;
//! - both pipes are always drained; a reader that is slow slows the child, but neither stops a
//!   deadline nor a cancel, and the time that the child waits for us isn't held against it;
//! - it ends by itself, by a cancel, by showing no sign of life for too long or by its deadline: TERM to
//!   the whole group, and KILL after a grace time. [`Ended`] is known only once nobody of the group,
//!   and nobody else who carries its `MEDIARY_RUN`, is left;
//! - dropping [`Running`] kills the group;
//! - the exit, processor time and peak memory are known, its output is kept in a capped file, and the
//!   recorded command line has no secrets.
//!
//! A [`Host`] saves the loading of a program that many short runs need. What it forks is a child of ours like any other, and
//! all of this holds of it.
//!
//! Whoever has children run has an [`Assignment`], whatever kind of [`Owner`] it is: what stops them, where their words go, what
//! they may take and what they took. Their words are kept by [`Outputs`], of one owner and of all together up to a limit, and
//! can be read while they are said. Only what serves many (a host, a nats-server) has no owner.
//!
//! What a crash of ours leaves behind is found and ended by [`Runner::end_orphans`].
//!
//! It doesn't interpret output: that is the business of one adapter per tool, next door.
//! Needs Linux's `/proc`.

mod assignment;
mod control;
mod environment;
mod error;
mod fork;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod group;
mod growth;
mod host;
mod life;
mod lines;
mod orphans;
mod output;
mod outputs;
mod owner;
mod proc_fs;
mod queue;
pub mod redact;
mod runner;
mod running;
mod spec;
mod tools;

#[cfg(test)]
mod tests;

pub use assignment::Assignment;
pub use environment::Environment;
pub use error::Error;
pub(crate) use error::storage_class;
pub use host::{Host, Plan, Unhosted};
pub use lines::{Line, Source};
pub use orphans::{Orphan, kill_children};
pub use outputs::Outputs;
pub use owner::{Caps, Owner};
pub(crate) use runner::is_program;
pub use runner::{Runner, describe_metrics};
pub use running::{Canceller, Ended, EndedBy, Reloader, Running, Status};
pub use spec::Spec;
pub use tools::{Tool, Tools};
