//! Jobs in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;
mod subscription;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::{JobMutation as Mutation, TicketInput, bad_ticket, label};
pub(crate) use object::{Failure, Job, JobById, Kind, WaitReason};
pub(crate) use query::JobQuery as Query;
pub(crate) use subscription::JobSubscription as Subscription;
