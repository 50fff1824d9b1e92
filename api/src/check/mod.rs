//! Checks in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::CheckMutation as Mutation;
pub(crate) use object::{Check, CheckState};
pub(crate) use query::CheckQuery as Query;

pub(crate) use crate::nothing::Subscription;
