//! The downloader: keeps items, whole and checked.
//!
//! Guarantees: "kept" is said of a file that was fetched to its end, probed, read through and hashed,
//! and stands in its place in the library by one rename; nothing half is ever in the library.

mod effect;
mod folder;
mod library;
mod mover;
mod name;
#[cfg(test)]
mod tests;
mod unusable;
mod watch;

pub use effect::Downloader;
pub use library::Library;
pub use mover::Way;
pub use name::path_of;
pub use unusable::Unusable;
