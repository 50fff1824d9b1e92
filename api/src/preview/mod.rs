//! Previews in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::PreviewMutation as Mutation;
pub(crate) use object::Preview;
pub(crate) use query::PreviewQuery as Query;

pub(crate) use crate::nothing::Subscription;
