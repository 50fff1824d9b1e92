//! Jobs in GraphQL.

mod explain;
mod mutation;
mod object;
mod query;
mod subscription;

pub(crate) use explain::Words;
pub(crate) use mutation::{JobMutation, TicketInput};
pub(crate) use object::{Failure, Job, JobById, WaitReason};
pub(crate) use query::JobQuery;
pub(crate) use subscription::JobSubscription;
