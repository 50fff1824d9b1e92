//! Reservations in GraphQL: only why they are as they are.

mod entry;
mod explain;

pub(crate) use crate::nothing::{Mutation, Query, Subscription};
pub(crate) use entry::ENTRY;
