//! Workers in GraphQL.

mod mutation;

pub(crate) use mutation::WorkerMutation;
