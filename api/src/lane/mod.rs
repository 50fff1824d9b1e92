//! Lanes in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::LaneMutation as Mutation;
pub(crate) use object::{LaneHold, Pace, RequestBudget};
pub(crate) use query::LaneQuery as Query;

pub(crate) use crate::nothing::Subscription;
