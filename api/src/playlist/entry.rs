use mediary_projections::{
    ViewKind, Views,
    playlist::{CALLED, ENTRY_CALLED, PlaylistView},
};
use mediary_schema::{EntryId, PlaylistId};

use super::explain::Words;
use crate::entry::{Entry, Shelf, Thing};

/// Playlists, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<PlaylistView>()],
    things: &[
        Thing {
            kind: PlaylistId::KIND,
            about: "A list that is or was followed: by title or address.",
            shelf: Shelf::View(Views::of::<PlaylistView>, CALLED),
        },
        Thing {
            kind: EntryId::KIND,
            about: "A row of a list: by title or address.",
            shelf: Shelf::View(Views::of::<PlaylistView>, ENTRY_CALLED),
        },
    ],
};
