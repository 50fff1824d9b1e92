use mediary_projections::{
    ViewKind, Views,
    file::{CALLED, FileView},
};
use mediary_schema::{FileId, account::Permission};

use super::{File, explain::Words, object::FileById};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Files, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<FileView>()],
    things: &[Thing {
        kind: FileId::KIND,
        about: "A file: by path.",
        shelf: Shelf::View(Views::of::<FileView>, CALLED),
        node: Some(NodeKind::of::<FileById, File>(Permission::READ)),
    }],
};
