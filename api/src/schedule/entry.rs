use mediary_projections::{
    ViewKind, Views,
    schedule::{CALLED, ScheduleView},
};
use mediary_schema::ScheduleId;

use super::explain::Words;
use crate::entry::{Entry, Shelf, Thing};

/// Schedules, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<ScheduleView>()],
    things: &[Thing {
        kind: ScheduleId::KIND,
        about: "A schedule: by its name.",
        shelf: Shelf::View(Views::of::<ScheduleView>, CALLED),
    }],
};
