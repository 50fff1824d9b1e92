//! Download: the keeping of one item for one wish, from the wish to the verified file. One stream for each item and
//! wish, so that the streams together are the archive of what was fetched (DL-07).

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Download, Rejection};
pub use event::Event;
pub use state::{Phase, State};
