//! Workers in GraphQL.

mod explain;
mod mutation;

pub(crate) use explain::Words;
pub(crate) use mutation::WorkerMutation;
