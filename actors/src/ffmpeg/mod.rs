//! ffmpeg and ffprobe: what a media file is, and whether it is whole.
//!
//! Guarantees:
//!
//! - an exit code of 0 is never taken as success: what was read is compared with what the container
//!   says, and that with what was promised, since ffmpeg ends well on half a file;
//! - holes are found by the packets' own times: a film that lacks a fragment still claims its full length;
//! - a file can't make the tools open anything else: they read files only, so that a playlist in place of
//!   a film reaches neither the network nor other formats' references;
//! - nothing is written.
//!
//! Not noticed without [`Expectation::decode`]: damaged bytes inside packets whose frame is intact. Not
//! noticed at all: the end of a stream that says nothing about its length, if nothing was promised.

mod failure;
mod hash;
mod packets;
mod probe;
mod tool;
mod verify;

#[cfg(test)]
mod tests;

pub(crate) use hash::hash_of;
pub use tool::Ffmpeg;
pub use verify::{CONTAINER_TOLERANCE, Expectation, PROMISE_TOLERANCE, Tolerance};
