//! Telemetry in GraphQL: what was measured, for whoever may see what it is of.

mod entry;
mod object;
mod query;
mod subscription;

pub(crate) use entry::ENTRY;
pub(crate) use query::{TelemetryQuery as Query, refused};
pub(crate) use subscription::TelemetrySubscription as Subscription;

pub(crate) use crate::nothing::Mutation;
