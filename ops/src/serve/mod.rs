//! The server: every part wired together, started in order and stopped in the reverse.

mod access;
mod built;
mod error;
mod face;
mod fanout;
mod folders;
mod library;
mod observe;
mod queue;
mod replay;
mod server;
mod settings;
mod steps;
#[cfg(test)]
mod tests;
mod worker;

pub use error::ServeError;
pub(crate) use fanout::nats_options;
pub(crate) use observe::{LIBRARY, PROOF};
pub(crate) use replay::ReplayServer;
pub use server::{Server, Surroundings, run, start, start_with};
pub(crate) use settings::{samples_of, settings_of};
