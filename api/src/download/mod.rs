//! Downloads in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;
mod subscription;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::DownloadMutation as Mutation;
pub(crate) use object::{Download, DownloadById, DownloadOfItem};
pub(crate) use query::DownloadQuery as Query;
pub(crate) use subscription::DownloadSubscription as Subscription;
