//! Views: what is shown, built from the log and thrown away at will.
//!
//! Guarantees: rows and checkpoint are one transaction, so that every event is folded exactly once;
//! a view sees nothing but recorded events; deleting its file loses nothing. No decision reads a view. A new version is
//! built beside the old one, which serves meanwhile as of its position, and takes its place between two answers.
//!
//! To add a view: a folder named after its concern with the roles `view project query`, and one
//! line in `registry.rs`.

mod administration;
mod build;
mod changed;
pub mod check;
pub mod collection;
mod compare;
mod completing;
mod counted;
pub mod delivery;
mod descriptor;
pub mod download;
mod edition;
mod editions;
mod fault;
mod feed;
pub mod file;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod handle;
pub mod job;
mod life;
pub mod listing;
pub mod named;
pub mod notification;
mod obey;
mod order;
pub mod page;
mod past;
pub mod plan;
pub mod playlist;
pub mod preview;
mod reached;
mod readers;
mod registry;
mod replay;
mod rows;
pub mod schedule;
mod scoped;
pub mod search;
pub mod secret;
mod shelf;
mod spawn;
mod sql;
mod start;
mod store;
pub mod telemetry;
#[cfg(feature = "testing")]
mod testing;
#[cfg(test)]
mod tests;
mod told;
pub mod transcode;
pub mod view;
mod writing;

pub use administration::Stale;
pub use changed::Changed;
pub use compare::{Comparison, Difference, Otherwise, Side};
pub use edition::{Edition, ParseEditionError};
pub use editions::{EditionReport, EditionState, ViewReport};
pub use handle::{Fault, ViewHandle, ViewStatus};
pub use order::ChangeError;
pub use readers::QueryError;
pub use registry::{StartError, ViewKind, Views};
pub use replay::{Replay, ReplayError, Shown, State, ViewState, shown};

/// One snapshot of a view, as queries take it.
pub type Snapshot<'a> = rusqlite::Transaction<'a>;
/// What a query answers.
pub type SqlResult<T> = rusqlite::Result<T>;
