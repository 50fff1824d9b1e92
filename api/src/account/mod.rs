//! Tokens in GraphQL.

mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use explain::{Words, token_name};
pub(crate) use mutation::AccountMutation;
pub(crate) use query::AccountQuery;
