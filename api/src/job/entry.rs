use mediary_projections::{
    ViewKind, Views,
    job::{CALLED, JobView},
};
use mediary_schema::JobId;

use super::explain::Words;
use crate::entry::{Entry, Shelf, Thing};

/// Jobs, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<JobView>()],
    things: &[Thing {
        kind: JobId::KIND,
        about: "Long work: by its id alone.",
        shelf: Shelf::View(Views::of::<JobView>, CALLED),
    }],
};
