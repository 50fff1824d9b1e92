use mediary_projections::{
    ViewKind, Views,
    preview::{CALLED, PreviewView},
};
use mediary_schema::{account::Permission, preview::PreviewId};

use super::{Preview, explain::Words, object::PreviewById};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Previews, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<PreviewView>()],
    things: &[Thing {
        kind: PreviewId::KIND,
        about: "A preview of an address: by what is there, or by the address.",
        shelf: Shelf::View(Views::of::<PreviewView>, CALLED),
        node: Some(NodeKind::of::<PreviewById, Preview>(Permission::READ)),
    }],
};
