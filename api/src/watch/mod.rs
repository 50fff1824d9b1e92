//! Watches in GraphQL: folders from which files are taken that others put there.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::WatchMutation as Mutation;
pub(crate) use query::WatchQuery as Query;

pub(crate) use crate::nothing::Subscription;
