//! Deliveries in GraphQL: what is sent of notices, what became of it, and what is sent again.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::DeliveryMutation as Mutation;
pub(crate) use object::Delivery;
pub(crate) use query::DeliveryQuery as Query;

pub(crate) use crate::nothing::Subscription;
