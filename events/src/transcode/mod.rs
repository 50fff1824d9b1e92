//! Transcode: files that are made of files, whether that is proved, and what was made before.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Rejection, Transcode};
pub use event::{Event, Made};
pub use state::{Phase, State};
