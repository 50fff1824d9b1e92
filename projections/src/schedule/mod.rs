//! The view of schedules.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{CALLED, LastRun, ScheduleField, ScheduleRow, schedule, schedules};
pub use view::ScheduleView;
