//! Personal lists in GraphQL.

mod entry;
mod explain;
mod m3u8;
mod matching;
mod mutation;
mod object;
mod query;
mod subscription;
#[cfg(test)]
mod tests;
mod tracks;
mod xspf;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::CollectionMutation as Mutation;
pub(crate) use object::Collection;
pub(crate) use query::CollectionQuery as Query;
pub(crate) use subscription::CollectionSubscription as Subscription;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use tracks::Format;
