//! Templates in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::TemplateMutation as Mutation;
pub(crate) use query::TemplateQuery as Query;

pub(crate) use crate::nothing::Subscription;
