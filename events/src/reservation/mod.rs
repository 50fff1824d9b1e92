//! Reservation: a temporary claim on a name, such as the one open job for a key.
//!
//! Guarantees: a name has at most one holder; it is released in the append that ends the claim.

mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::Command;
pub use decide::{Rejection, Reservation};
pub use event::Event;
pub use state::State;
