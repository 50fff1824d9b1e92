//! Secrets in GraphQL: set, rotated, deleted, and never told.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::{OutOfReach, SecretMutation as Mutation};
pub(crate) use object::Secret;
pub(crate) use query::SecretQuery as Query;

pub(crate) use crate::nothing::Subscription;
