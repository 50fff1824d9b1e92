//! File: bytes in the library. Only this kernel part owns bytes; others hold a `file_id`.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use ask::Ask;
pub use command::Command;
pub use decide::{File, Rejection};
pub use event::Event;
pub use state::{Judged, State};
