//! Lane: what work shares, held while it can't be had: a source that asked for a pause, a disk without room.
//!
//! Guarantees: a hold is recorded once for each change and never for time that passes; who releases it names
//! the hold that was seen, so that a newer one stays.

mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::Command;
pub use decide::{Lanes, Rejection};
pub use event::Event;
pub use state::State;
