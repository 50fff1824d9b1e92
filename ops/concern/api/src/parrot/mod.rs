//! Parrots in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::ParrotMutation as Mutation;
pub(crate) use object::Parrot;
pub(crate) use query::ParrotQuery as Query;

pub(crate) use crate::nothing::Subscription;
