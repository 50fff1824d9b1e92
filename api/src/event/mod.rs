//! The log in GraphQL: its events, and why anything is as it is.

mod object;
mod query;
mod subscription;
mod why;

pub(crate) use query::EventQuery;
pub(crate) use subscription::{EventSubscription, changes};
