//! ffmpeg: what a media file is, and whether it is whole.
//!
//! Guarantees:
//!
//! - what is kept was read to its last packet and decoded to its last frame, by one process, which
//!   small files of sound may share, and hashed beside it;
//! - an exit code of 0 is never taken as success: what was read is compared with what the container
//!   says, and that with what was promised, since ffmpeg ends well on half a file;
//! - holes are found by the packets' own times: a film that lacks a fragment still claims its full length;
//! - what is odd and plays to its end is no damage: it is kept, and its oddity is recorded;
//! - a guess proves nothing: a length that ffmpeg estimates is not compared with anything;
//! - a file can't make ffmpeg open anything else: it reads files only, so that a playlist in place of
//!   a film reaches neither the network nor other formats' references;
//! - nothing is written but what `make` is told to make.
//!
//! Beside that it says which chapters a file has, of which the proof knows nothing (`chapters`).
//!
//! Not noticed: wrong bytes that a decoder takes for other sound or another picture, where codec and container have
//! no checksum; the end of a stream that says nothing about its length, if nothing was promised.
//!
//! Here texts of ffmpeg become values (`talk`, `packets`, `failure`), bytes of containers too (`boxes`, `frames`,
//! `pages`, `riff`), and `judge` decides.

mod boxes;
mod chapters;
mod describe;
mod failure;
mod frames;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod hash;
mod judge;
mod light;
mod make;
mod packets;
mod pages;
mod quality;
mod riff;
mod structure;
mod talk;
mod together;
mod tool;
mod verify;
mod weigh;

#[cfg(test)]
mod tests;

pub(crate) use hash::{hash, hash_of};
pub use judge::{CONTAINER_TOLERANCE, PROMISE_TOLERANCE, Tolerance};
pub(crate) use make::{Makings, opened};
pub(crate) use quality::Pieces;
pub(crate) use together::FILES_MAX;
pub use tool::Ffmpeg;
pub use verify::{Expectation, Refused};
