use mediary_projections::{
    ViewKind, Views,
    notification::{CALLED, NotificationView},
};
use mediary_schema::{NotificationId, account::Permission};

use super::{Notification, explain::Words, object::NotificationById};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Notices, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<NotificationView>()],
    things: &[Thing {
        kind: NotificationId::KIND,
        about: "A notice: by its title.",
        shelf: Shelf::View(Views::of::<NotificationView>, CALLED),
        node: Some(NodeKind::of::<NotificationById, Notification>(Permission::READ)),
    }],
};
