//! Workers in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::WorkerMutation as Mutation;
pub use object::{Part, PartState};
pub(crate) use query::WorkerQuery as Query;

pub(crate) use crate::nothing::Subscription;
