//! The log in GraphQL: its events, and why anything is as it is.

mod change;
pub(crate) mod explain;
mod filter;
mod object;
mod outcome;
mod query;
mod rendering;
mod subscription;
mod verification;
mod why;

pub(crate) use query::{EventQuery, within_log};
pub(crate) use rendering::Renderings;
pub(crate) use subscription::EventSubscription;
pub(crate) use why::is_known;
