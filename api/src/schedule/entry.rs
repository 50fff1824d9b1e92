use mediary_projections::{
    ViewKind, Views,
    schedule::{CALLED, ScheduleView},
};
use mediary_schema::{ScheduleId, account::Permission};

use super::{Schedule, explain::Words, object::ScheduleById};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Schedules, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<ScheduleView>()],
    things: &[Thing {
        kind: ScheduleId::KIND,
        about: "A schedule: by its name.",
        shelf: Shelf::View(Views::of::<ScheduleView>, CALLED),
        node: Some(NodeKind::of::<ScheduleById, Schedule>(Permission::READ)),
    }],
};
