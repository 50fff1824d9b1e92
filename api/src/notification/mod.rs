//! Notices in GraphQL: what is told, by which rules, and what those would have told.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::NotificationMutation as Mutation;
pub(crate) use object::{Notification, NotificationById, SeverityName};
pub(crate) use query::NotificationQuery as Query;

pub(crate) use crate::nothing::Subscription;
