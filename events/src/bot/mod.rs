//! Bot: who may ask by a messenger, as whom, and how often (OP-14, SE-15).
//!
//! Guarantees: the token is a secret of the vault and stands in no event; a bot does nothing that whoever set it may not do now.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Bot, Rejection};
pub use event::Event;
pub use state::{Standing, State};
