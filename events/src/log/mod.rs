//! Log: what the log says of itself, in one stream named by its id: that it was opened, by what and why, and what was
//! erased from it.
//!
//! Nobody commands an opening: the writer records it as the first event of each epoch. An erasing event is carried out
//! by the writer in the transaction that records it.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{ERASED_AT_ONCE_MAX, Logs, REASON_BYTES_MAX, Rejection};
pub use event::{Event, Replacement};
pub use state::State;
