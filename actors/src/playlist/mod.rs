//! The lister: looks at playlists and records what changed.

mod clerk;
mod effect;
mod pages;
#[cfg(test)]
mod tests;

pub use clerk::ListClerk;
pub use effect::{Answer, Known, Lister, Question, Seen};
