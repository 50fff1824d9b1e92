//! Roots in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::RootMutation as Mutation;
pub(crate) use object::Root;
pub(crate) use query::RootQuery as Query;

pub(crate) use crate::nothing::Subscription;
