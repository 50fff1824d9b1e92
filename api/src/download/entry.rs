use mediary_projections::{
    ViewKind, Views,
    download::{CALLED, DownloadView},
};
use mediary_schema::{DownloadId, account::Permission};

use super::{Download, explain::Words, object::DownloadById};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Downloads, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<DownloadView>()],
    things: &[Thing {
        kind: DownloadId::KIND,
        about: "The keeping of an item: by title or address.",
        shelf: Shelf::View(Views::of::<DownloadView>, CALLED),
        node: Some(NodeKind::of::<DownloadById, Download>(Permission::READ)),
    }],
};
