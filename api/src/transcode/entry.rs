use mediary_projections::{
    ViewKind, Views,
    transcode::{CALLED, TranscodeView},
};
use mediary_schema::{account::Permission, transcode::TranscodeId};

use super::{Transcode, explain::Words, object::TranscodeById};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Transcodes, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<TranscodeView>()],
    things: &[Thing {
        kind: TranscodeId::KIND,
        about: "The making of a file of another one: by what that is called, or the profile.",
        shelf: Shelf::View(Views::of::<TranscodeView>, CALLED),
        node: Some(NodeKind::of::<TranscodeById, Transcode>(Permission::READ)),
    }],
};
