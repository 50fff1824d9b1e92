//! Reactions in GraphQL: what waits, and what a person does about it.

mod mutation;
mod object;
mod query;

pub(crate) use mutation::ReactionMutation;
pub(crate) use query::ReactionQuery;
