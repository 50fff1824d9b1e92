//! Views: what is shown, built from the log and thrown away at will.
//!
//! Guarantees: rows and checkpoint are one transaction, so that every event is folded exactly once;
//! a view sees nothing but recorded events; deleting its file loses nothing. No decision reads a view.
//!
//! To add a view: a folder named after its concern with the roles `view project query`, and one
//! line in `registry.rs`.

mod counted;
pub mod download;
pub mod file;
mod handle;
pub mod job;
mod life;
pub mod named;
pub mod page;
pub mod playlist;
mod registry;
mod rows;
mod scoped;
mod spawn;
mod sql;
mod store;
#[cfg(feature = "testing")]
mod testing;
#[cfg(test)]
mod tests;
pub mod view;

pub use handle::{Fault, ViewHandle, ViewStatus};
pub use registry::{StartError, ViewKind, Views};
pub use store::QueryError;

/// One snapshot of a view, as queries take it.
pub type Snapshot<'a> = rusqlite::Transaction<'a>;
/// What a query answers.
pub type SqlResult<T> = rusqlite::Result<T>;
