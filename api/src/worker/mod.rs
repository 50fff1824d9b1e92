//! Workers in GraphQL.

mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use explain::Words;
pub(crate) use mutation::WorkerMutation;
pub use object::{Part, PartState};
pub(crate) use query::WorkerQuery;
