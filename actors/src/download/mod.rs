//! The downloader: keeps items, whole and checked.
//!
//! Guarantees: "kept" is said of a file that was fetched to its end, probed, decoded and hashed,
//! and stands in its place in the library by one rename; nothing half is ever in the library. What is odd at its
//! source and plays to its end is kept, with the oddity in its event; the same damaged bytes are not fetched a third time.

mod beside;
mod clerk;
mod effect;
mod folder;
mod library;
mod mover;
mod nfo;
#[cfg(test)]
mod tests;
mod thrown;
mod unusable;
mod watch;

pub(crate) use beside::is_it;
pub use clerk::DownloadClerk;
pub use effect::{Downloader, Fetched};
pub(crate) use folder::{Folder, Missing, is_real_folder};
pub use library::Library;
pub(crate) use mover::Mover;
pub use mover::Way;
pub use unusable::Unusable;
