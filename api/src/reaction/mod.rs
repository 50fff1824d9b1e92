//! Reactions in GraphQL: what waits, and what a person does about it.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::ReactionMutation as Mutation;
pub(crate) use query::ReactionQuery as Query;

pub(crate) use crate::nothing::Subscription;
