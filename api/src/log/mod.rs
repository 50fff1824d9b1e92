//! The log in GraphQL: what it says of itself in words, erasing and shredding.

mod entry;
mod explain;
mod mutation;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::LogMutation as Mutation;

pub(crate) use crate::nothing::{Query, Subscription};
