use mediary_projections::{
    ViewKind, Views,
    playlist::{CALLED, ENTRY_CALLED, PlaylistView},
};
use mediary_schema::{EntryId, PlaylistId, account::Permission};

use super::{
    Playlist,
    explain::Words,
    object::{EntryById, PlaylistById},
};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Playlists, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<PlaylistView>()],
    things: &[
        Thing {
            kind: PlaylistId::KIND,
            about: "A list that is or was followed: by title or address.",
            shelf: Shelf::View(Views::of::<PlaylistView>, CALLED),
            node: Some(NodeKind::of::<PlaylistById, Playlist>(Permission::READ)),
        },
        Thing {
            kind: EntryId::KIND,
            about: "A row of a list: by title or address.",
            shelf: Shelf::View(Views::of::<PlaylistView>, ENTRY_CALLED),
            node: Some(NodeKind::of::<EntryById, super::Entry>(Permission::READ)),
        },
    ],
};
