//! Media that are a file at an address, such as those of podcasts: described, fetched and resumed without a child
//! process.
//!
//! Guarantees:
//!
//! - one unbroken answer is judged by itself, whatever the source says of the address before and afterwards;
//! - a partial file is gone on with only if the source says that it is the same file, and the bytes where the new
//!   part meets the old one are the same;
//! - what was fetched is on the disk with the length that the answer promised.
//!
//! It doesn't check what a file contains: see [`crate::ffmpeg`].

mod describe;
mod fetch;
mod kind;
mod partial;
mod writer;

#[cfg(test)]
mod tests;

pub use describe::describe;
pub use fetch::fetch;
