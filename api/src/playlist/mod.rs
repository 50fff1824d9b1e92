//! Playlists and their entries in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;
mod subscription;

pub(crate) use entry::ENTRY;
pub(crate) use explain::called;
pub(crate) use mutation::{CookiesInput, PlaylistMutation as Mutation};
pub(crate) use object::{CookieModeName, Entry, EntryById, Playlist, PlaylistById};
pub(crate) use query::PlaylistQuery as Query;
pub(crate) use subscription::PlaylistSubscription as Subscription;
