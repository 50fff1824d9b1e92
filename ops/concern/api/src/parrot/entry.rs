use mediary_projections::{
    ViewKind, Views,
    parrot::{CALLED, ParrotView},
};
use mediary_schema::parrot::ParrotId;

use super::explain::Words;
use crate::entry::{Entry, Shelf, Thing};

/// Parrots, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<ParrotView>()],
    things: &[Thing {
        kind: ParrotId::KIND,
        about: "A text that is repeated: by itself.",
        shelf: Shelf::View(Views::of::<ParrotView>, CALLED),
        // With a look-up for all that are asked for together, it is found by its id alone: see `crate::node`.
        node: None,
    }],
};
