//! The view of schedules.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{CALLED, LastRun, ScheduleField, ScheduleRow, schedule, schedules, schedules_by_id};
pub use view::ScheduleView;
