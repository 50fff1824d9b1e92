//! Views in GraphQL: how they are built, for whoever administers the installation.

mod entry;
mod mutation;
mod object;
mod query;
mod stale;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::ViewMutation as Mutation;
pub(crate) use query::ViewQuery as Query;
pub(crate) use stale::TellsStale;

pub(crate) use crate::nothing::Subscription;
