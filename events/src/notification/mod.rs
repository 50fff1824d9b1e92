//! Notification: what people are told of things, and by which rules (CH-11, UI-06).
//!
//! Guarantees: a later word on a thing replaces the earlier one, and what is over is closed; a notice that somebody dismissed
//! is there for all others, and for him again once something new is said. What follows from which event is data, and says
//! nothing that runs.
//!
//! There are three kinds of streams: one for each thing (and topic) that something is told of, one for what somebody did with
//! all of it, and one for the rules of a project.

pub mod ask;
mod command;
mod decide;
mod event;
mod matching;
mod standard;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Notification, Rejection};
pub use event::Event;
pub use matching::{is_so, value_at};
pub use standard::standard;
pub use state::{Standing, State};
