//! Lanes in GraphQL.

mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use explain::Words;
pub(crate) use mutation::LaneMutation;
pub(crate) use query::LaneQuery;
