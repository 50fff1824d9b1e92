//! Reservations in GraphQL: only why they are as they are.

mod explain;

pub(crate) use explain::Words;
