//! Reads feeds: RSS 0.9x, 1.0 and 2.0, Atom, Media RSS, the podcast namespaces and JSON Feed.
//!
//! Guarantees: what any player of podcasts reads is read, however badly it is written; a feed of any size is read
//! in a few hundred kilobytes of memory; one bad item costs one row, and that row is told; a list is complete only
//! if its end was seen; an absolute address leaves as it came, byte for byte. Not here: fetching (the bytes and
//! what the answer said come in), pages after the first (their address goes out), and which rows are new.
//!
//! The way of a byte: [`Reader`] looks at the first 4 KiB (`sniff`, `encoding`), everything becomes UTF-8
//! (`encoding`), XML is mended token by token (`mend`) and JSON string by string (`json_mend`); one element after
//! another (`xml`, `json`) goes into the draft of an item (`item`, `media`), and that becomes a row (`rows`).
//!
//! Not feed-rs, which would do most of this: it holds the whole document and all of its entries, and refuses
//! a feed for one bad letter.

mod base;
mod broken;
mod duration;
mod encoding;
mod item;
mod json;
mod json_mend;
mod loose;
mod media;
mod mend;
mod names;
mod reader;
mod rows;
mod sniff;
mod text;
mod xml;
mod xml_item;

#[cfg(test)]
mod tests;

pub use broken::Broken;
pub use reader::{Answer, End, Outcome, Reader};
pub use rows::Row;
pub use sniff::{HEAD_BYTES, Kind, sniff};
