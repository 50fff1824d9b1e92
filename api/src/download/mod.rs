//! Downloads in GraphQL.

mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use explain::Words;
pub(crate) use mutation::DownloadMutation;
pub(crate) use object::{Download, DownloadOfItem};
pub(crate) use query::DownloadQuery;
