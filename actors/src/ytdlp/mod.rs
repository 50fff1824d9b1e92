//! yt-dlp: lists what an address holds and fetches single items.
//!
//! Guarantees:
//!
//! - nobody else looks at its output; what it says becomes a value once, here;
//! - its exit code is never taken as success: a refresh is complete only if it said how the list ended
//!   and complained of nothing, a download only if the one file that it names is there;
//! - an item's identity is what the refresh says, and a download changes nothing about it: files get a
//!   fixed name in the attempt's own folder;
//! - a list is never silently shorter than its source: lists within it are read, and each row that can't be read
//!   is told;
//! - what is announced, being broadcast or being made into a recording is never fetched;
//! - it runs without the owner's configuration, plugins, packages, cache and archive, so that what it does depends
//!   on nothing but its arguments;
//! - it does so whether a run is started by itself or is a copy of a process that has yt-dlp loaded;
//! - partial files are resumed only if the source still offers the same bytes.
//!
//! It doesn't decide about retries and doesn't check what a file contains: see [`crate::ffmpeg`].

mod beside;
mod download;
mod engine;
mod entry;
mod extract;
mod failure;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod host;
mod lenient;
mod level;
mod list;
mod moment;
mod partial;
mod pause;
mod plan;
mod progress;
mod validators;

#[cfg(test)]
mod tests;

pub use beside::{About, Beside, FetchedSidecar, Offered};
pub use engine::{DownloadRequest, Downloaded, Engine, ListEnd, ListLine, ListRequest, Options, YtDlp};
pub(crate) use extract::OUTPUT_FILE as DESCRIBED;
pub use host::host;
pub use plan::{Extracted, Protocol, Stream};
