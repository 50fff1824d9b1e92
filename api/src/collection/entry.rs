use mediary_projections::{
    ViewKind, Views,
    collection::{CALLED, CollectionView},
};
use mediary_schema::{CollectionId, account::Permission};

use super::{Collection, explain::Words, object::CollectionById};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Personal lists, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<CollectionView>()],
    things: &[Thing {
        kind: CollectionId::KIND,
        about: "A list of one's own: by its name.",
        shelf: Shelf::View(Views::of::<CollectionView>, CALLED),
        node: Some(NodeKind::of::<CollectionById, Collection>(Permission::OWN)),
    }],
};
