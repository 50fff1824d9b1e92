//! Plans in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::PlanMutation as Mutation;
pub(crate) use object::{Plan, PlanById};
pub(crate) use query::PlanQuery as Query;

pub(crate) use crate::nothing::Subscription;
