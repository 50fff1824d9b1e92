//! The downloader: keeps items, whole and checked.
//!
//! Guarantees: "kept" is said of a file that was fetched to its end, probed, read through and hashed,
//! and stands in its place in the library by one rename; nothing half is ever in the library.

mod effect;
mod library;
mod name;
#[cfg(test)]
mod tests;

pub use effect::Downloader;
pub use library::Library;
pub use name::path_of;
