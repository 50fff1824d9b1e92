//! Profiles in GraphQL: by which rules files are made of files.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::{ProfileMutation as Mutation, called};
pub(crate) use object::ContainerName;
pub(crate) use query::ProfileQuery as Query;

pub(crate) use crate::nothing::Subscription;
