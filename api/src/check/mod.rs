//! Checks in GraphQL.

mod backtest;
mod entry;
mod explain;
mod log;
mod looks;
mod mutation;
mod object;
mod query;
mod report;
mod subscription;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::CheckMutation as Mutation;
pub use mutation::add_of;
pub(crate) use object::{Check, CheckState};
pub(crate) use query::CheckQuery as Query;
pub(crate) use subscription::CheckSubscription as Subscription;
