//! Downloads in GraphQL.

mod explain;
mod mutation;
mod object;
mod query;
mod subscription;

pub(crate) use explain::Words;
pub(crate) use mutation::DownloadMutation;
pub(crate) use object::{Download, DownloadOfItem};
pub(crate) use query::DownloadQuery;
pub(crate) use subscription::DownloadSubscription;
