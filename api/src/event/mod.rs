//! The log in GraphQL: its events, and why anything is as it is.

mod change;
mod entry;
mod excerpt;
pub(crate) mod explain;
mod filter;
mod kind;
mod news;
mod object;
pub(crate) mod outcome;
mod query;
mod rendering;
mod selection;
mod subscription;
mod touched;
mod verification;
mod why;

pub(crate) use entry::ENTRY;
pub(crate) use query::{EventQuery as Query, blocking, within_log};
pub(crate) use rendering::Renderings;
pub(crate) use subscription::EventSubscription as Subscription;
pub(crate) use why::is_known;

pub(crate) use crate::nothing::Mutation;
