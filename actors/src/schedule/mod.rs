//! Schedules: who gives commands when their moment has come.

mod actor;
#[cfg(test)]
mod tests;
mod timetable;

pub use actor::{Message, Scheduler, SchedulerArguments};
