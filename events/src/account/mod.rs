//! Account: credentials and what they may do. A token itself is never stored, only its hash.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Account, Rejection};
pub use event::Event;
pub use state::{State, Token};
