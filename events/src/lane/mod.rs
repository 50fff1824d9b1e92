//! Lane: what work shares, held while it can't be had: a source that asked for a pause, a disk without room.
//!
//! Guarantees: a hold is recorded once for each change and never for time that passes; who releases it names
//! the hold that was seen, so that a newer one stays. What a person holds goes on when a person says so, and only if no
//! condition holds it.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Lanes, Rejection};
pub use event::Event;
pub use state::State;
