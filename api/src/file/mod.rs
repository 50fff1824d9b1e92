//! Files in GraphQL.

mod explain;
mod mutation;
mod object;
mod query;
mod subscription;

pub(crate) use explain::Words;
pub(crate) use mutation::FileMutation;
pub(crate) use object::{File, FileById};
pub(crate) use query::FileQuery;
pub(crate) use subscription::FileSubscription;
