//! Schedules in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::ScheduleMutation as Mutation;
pub(crate) use object::{Schedule, ScheduledCommand};
pub(crate) use query::ScheduleQuery as Query;

pub(crate) use crate::nothing::Subscription;
