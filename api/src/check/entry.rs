use mediary_projections::{
    ViewKind, Views,
    check::{CALLED, CheckView},
};
use mediary_schema::{CheckId, account::Permission};

use super::{Check, explain::Words, object::CheckById};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Checks, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<CheckView>()],
    things: &[Thing {
        kind: CheckId::KIND,
        about: "A check: by its name.",
        shelf: Shelf::View(Views::of::<CheckView>, CALLED),
        node: Some(NodeKind::of::<CheckById, Check>(Permission::READ)),
    }],
};
