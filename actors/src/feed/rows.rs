//! Rows on their way out, counted.

use std::ops::ControlFlow;

use mediary_schema::{
    FailureClass,
    item::ItemSource,
    job::Failure,
    playlist::{ObservedEntry, ObservedPlaylist},
};

use super::item::Draft;

/// What a feed says, in its own order.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// What is known of the list; said once, before the first item. The outcome has all that was learnt.
    List(ObservedPlaylist),
    /// An item.
    Entry(ObservedEntry),
    /// An item that is there but can't be used.
    Skipped {
        /// Its index in the list.
        index: u32,
        /// Why not; never with the address.
        failure: Failure,
    },
}

/// Hands rows to whoever listens.
pub(super) struct Rows<'s> {
    sink: &'s mut dyn FnMut(Row) -> ControlFlow<()>,
    pub(super) list: ObservedPlaylist,
    next_index: u32,
    pub(super) entries: u32,
    pub(super) skipped: u32,
    is_told: bool,
    /// Whether nobody listens any more.
    pub(super) is_stopped: bool,
}

impl<'s> Rows<'s> {
    pub(super) fn new(first_index: u32, sink: &'s mut dyn FnMut(Row) -> ControlFlow<()>) -> Self {
        let list = ObservedPlaylist {
            extractor: Some(ItemSource::GENERIC.to_owned()),
            ..ObservedPlaylist::default()
        };
        Self {
            sink,
            list,
            next_index: first_index,
            entries: 0,
            skipped: 0,
            is_told: false,
            is_stopped: false,
        }
    }

    /// The item is whole.
    pub(super) fn push(&mut self, draft: Draft) {
        if draft.is_over() {
            return;
        }
        let index = self.next();
        match draft.row(index) {
            Ok(entry) => {
                self.entries += 1;
                self.say(Row::Entry(entry));
            }
            Err(failure) => self.skip(index, failure),
        }
    }

    /// Something stands where an item should.
    pub(super) fn push_strange(&mut self) {
        let index = self.next();
        self.skip(index, Failure::new(FailureClass::Unsupported, format!("entry {index} is no entry")));
    }

    /// Says what is known of the list, unless that was said.
    pub(super) fn tell(&mut self) {
        if !std::mem::replace(&mut self.is_told, true) {
            self.say(Row::List(self.list.clone()));
        }
    }

    fn next(&mut self) -> u32 {
        let index = self.next_index;
        self.next_index = index.saturating_add(1);
        self.tell();
        index
    }

    fn skip(&mut self, index: u32, failure: Failure) {
        self.skipped += 1;
        self.say(Row::Skipped { index, failure: failure.bounded() });
    }

    fn say(&mut self, row: Row) {
        if !self.is_stopped {
            self.is_stopped = (self.sink)(row).is_break();
        }
    }
}
