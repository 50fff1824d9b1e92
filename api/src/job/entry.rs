use mediary_projections::{
    ViewKind, Views,
    job::{CALLED, JobView},
};
use mediary_schema::{JobId, account::Permission};

use super::{Job, explain::Words, object::JobById};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Jobs, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<JobView>()],
    things: &[Thing {
        kind: JobId::KIND,
        about: "Long work: by its id alone.",
        shelf: Shelf::View(Views::of::<JobView>, CALLED),
        node: Some(NodeKind::of::<JobById, Job>(Permission::READ)),
    }],
};
