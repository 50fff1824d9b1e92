//! Tokens in GraphQL.

mod mutation;
mod object;
mod query;

pub(crate) use mutation::AccountMutation;
pub(crate) use query::AccountQuery;
