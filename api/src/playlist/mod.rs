//! Playlists and their entries in GraphQL.

mod explain;
mod mutation;
mod object;
mod query;
mod subscription;

pub(crate) use explain::Words;
pub(crate) use mutation::PlaylistMutation;
pub(crate) use object::{Entry, Playlist};
pub(crate) use query::PlaylistQuery;
pub(crate) use subscription::PlaylistSubscription;
