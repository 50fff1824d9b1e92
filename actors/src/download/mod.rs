//! The downloader: keeps items, whole and checked.
//!
//! Guarantees: "kept" is said of a file that was fetched to its end, probed, decoded and hashed,
//! and stands in its place in the library by one rename; nothing half is ever in the library. What is odd at its
//! source and plays to its end is kept, with the oddity in its event; the same damaged bytes are not fetched a third time.

mod clerk;
mod effect;
mod nfo;
mod thrown;
mod watch;

pub use clerk::DownloadClerk;
pub use effect::{Downloader, Fetched};
