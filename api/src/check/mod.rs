//! Checks in GraphQL.

mod backtest;
mod entry;
mod explain;
mod log;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::CheckMutation as Mutation;
pub use mutation::add_of;
pub(crate) use object::{Check, CheckState};
pub(crate) use query::CheckQuery as Query;

pub(crate) use crate::nothing::Subscription;
