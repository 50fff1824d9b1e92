//! Downloads in GraphQL.

mod mutation;
mod object;
mod query;

pub(crate) use mutation::DownloadMutation;
pub(crate) use object::Download;
pub(crate) use query::DownloadQuery;
