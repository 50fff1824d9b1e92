use mediary_projections::{
    ViewKind, Views,
    secret::{CALLED, SecretView},
};
use mediary_schema::{SecretId, account::Permission};

use super::{Secret, explain::Words, object::SecretById};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Secrets, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<SecretView>()],
    things: &[Thing {
        kind: SecretId::KIND,
        about: "A secret: by its name.",
        shelf: Shelf::Guarded(Permission::SECRET, Views::of::<SecretView>, CALLED),
        node: Some(NodeKind::of::<SecretById, Secret>(Permission::SECRET)),
    }],
};
