//! Check: what is looked at again and again, what was found whenever that was another thing than before, and what is wrong.
//!
//! A look that finds what the one before found is not recorded: the log grows by what turns.

pub mod ask;
mod command;
mod decide;
mod define;
mod event;
mod incident;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Check, Rejection};
pub use event::Event;
pub use state::{Incident, Plan, State};
