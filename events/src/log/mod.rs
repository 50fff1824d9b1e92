//! Log: what the log says of itself, in one stream named by its id: that it was opened, by what and why.
//!
//! Nobody commands an opening: the writer records it as the first event of each epoch.

mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::Command;
pub use decide::{Logs, Rejection};
pub use event::Event;
pub use state::State;
