//! The lister: looks at playlists and records what changed.

mod effect;
mod pages;
#[cfg(test)]
mod tests;

pub use effect::Lister;
