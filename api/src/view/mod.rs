//! Views in GraphQL: how they are built, for whoever administers the installation.

mod mutation;
mod object;
mod query;
mod stale;

pub(crate) use mutation::ViewMutation;
pub(crate) use query::ViewQuery;
pub(crate) use stale::TellsStale;
