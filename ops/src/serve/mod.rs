//! The server: every part wired together, started in order and stopped in the reverse.

mod access;
mod built;
mod error;
mod fanout;
mod observe;
mod server;
mod settings;
#[cfg(test)]
mod tests;

pub use error::ServeError;
pub(crate) use observe::{LIBRARY, PROOF};
pub use server::{Server, run, start};
pub(crate) use settings::settings_of;
