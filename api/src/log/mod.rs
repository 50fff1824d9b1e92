//! The log in GraphQL: what it says of itself in words, and erasing.

mod explain;
mod mutation;

pub(crate) use explain::Words;
pub(crate) use mutation::LogMutation;
