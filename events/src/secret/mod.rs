//! Secret: what the platform keeps for others and tells nobody, such as a password for a site (SE-10).
//!
//! Guarantees: an event says which value of which name counts, by ids; nothing here has ever seen a value, its length
//! or its hash. The values lie in the vault, `events/log/src/vault`.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Rejection, Secret};
pub use event::Event;
pub use state::{Kept, State};
