//! Every index of the log, in a file of its own that can be made anew from the record.
//!
//! The record (`log/…redb`) says what happened; an index only finds it. So an index is not synced with an append: it
//! may be behind after a crash, and catches up from the record's tail when the log is opened. One that is missing, of
//! another log, ahead, damaged or of another layout is made anew, and nothing is lost but time.
//!
//! The order is always the same: the record is on the disk first, then the index follows in memory, then the head
//! and the answers are told. Whoever knows of an event finds it by every index.
//!
//! To add one: a table in `tables`, its row in [`Tables::add`], and the next number in [`tables::LAYOUT`].

mod file;
mod fill;
mod known;
mod lookup;
mod prove;
mod tables;

#[cfg(test)]
pub(super) use file::Start;
pub(super) use file::{Index, Opener, in_folder};
pub(super) use fill::{Categories, Facts, Tables};
pub(super) use lookup::{Lookup, repeated};
pub(super) use prove::prove;
pub(super) use tables::CategoryRow;
