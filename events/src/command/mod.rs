//! Command: that one was accepted although nothing had to change (PL-12).
//!
//! The log is the only memory of commands: what was answered to one that recorded no event of its own must be found
//! there when it is sent again.

#[expect(
    clippy::module_inception,
    reason = "the role that says what may be asked is called so in every concern"
)]
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::Command;
pub use decide::{Commands, Rejection};
pub use event::Event;
pub use state::State;
