//! Files in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;
mod subscription;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::FileMutation as Mutation;
pub(crate) use object::{File, FileById, SidecarName};
pub(crate) use query::FileQuery as Query;
pub(crate) use subscription::FileSubscription as Subscription;
