//! Watch folders: files that others put somewhere are taken once they have settled, and one is made of each (TR-02).
//!
//! Guarantees: a file that is still written, or may be, is not taken; one that the log knows, wherever it was before, is not read
//! again; what the platform itself puts there is not taken; files are taken with the rights of whoever set the watch, as they are
//! at that moment; nothing is ever moved or removed here.

mod actor;
mod clerk;
mod effect;
mod folder;
mod settling;
#[cfg(test)]
mod tests;
mod watched;
mod writers;

pub use actor::{Watcher, WatcherArguments};
pub use clerk::AdoptClerk;
pub use effect::Adopter;
