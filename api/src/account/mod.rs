//! Tokens, users and sessions in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;
mod user;

pub(crate) use entry::ENTRY;
pub(crate) use explain::{known_token, user};
pub(crate) use mutation::AccountMutation as Mutation;
pub(crate) use query::AccountQuery as Query;

pub(crate) use crate::nothing::Subscription;
