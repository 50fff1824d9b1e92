//! Work for one long list: it grows page by page, in the order of its source or from its front, its rows are missed, and
//! all of it is folded by a gate that has not seen it.

use mediary_events::{
    Concern as _,
    playlist::{Event, Playlist},
};
use mediary_log::{
    gate::{Gate, Refusal, Transaction},
    work,
};
use mediary_schema::playlist::RefreshPlaylist;
use tokio::time::Instant;

use crate::{
    figure::Figure,
    world::{self, List, Run},
};

/// Where the new rows of a page stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// Behind all others: a long list as a refresh records it.
    Behind,
    /// In front of all others, one by one.
    InFront,
}

/// A list whose refresh is under way.
#[derive(Debug)]
pub struct Growing<'a> {
    gate: &'a Gate,
    list: List,
    run: Run,
    rows: u32,
}

impl<'a> Growing<'a> {
    /// Follows a list and begins to refresh it.
    pub fn begin(gate: &'a Gate, number: u32) -> Result<Self, Refusal> {
        let (list, run) = (List::new(number), Run::new(gate));
        world::begin(gate, &list, run)?;
        Ok(Self { gate, list, run, rows: 0 })
    }

    /// Records pages of new rows until there are so many. The figure is of pages.
    pub fn grow(&mut self, rows: u32, growth: Growth) -> Result<Figure, Refusal> {
        let list = self.list.clone();
        let added = |row: u32| {
            let mut added = list.added(row);
            if let (Event::EntryAdded { after, .. }, Growth::InFront) = (&mut added, growth) {
                *after = None;
            }
            added
        };
        let pages = self.record((self.rows..rows).map(added))?;
        self.rows = rows;
        Ok(pages)
    }

    /// Records pages of absences, the last row first. The figure is of pages.
    pub fn miss(&mut self, rows: u32) -> Result<Figure, Refusal> {
        let list = self.list.clone();
        let missed = (self.rows.saturating_sub(rows)..self.rows).rev();
        self.record(missed.map(|row| Event::EntryNotSeen { entry_id: list.entry_id(row) }))
    }

    /// How many rows there are, as a gate knows it that has just been made. The figure is of events of the list.
    pub fn fold_anew(&self) -> Result<(u64, Figure), Refusal> {
        let fresh = world::before(self.gate.log().clone());
        let uuid = self.list.id.uuid();
        let count = |story: &mut Transaction<'_>| Ok(story.state::<Playlist>(uuid)?.rows.len() as u64);
        let began = Instant::now();
        let rows = fresh.transact_blocking(&world::caller(&fresh), &count)?.value;
        let took = began.elapsed();
        let events = self.gate.log().stream_version(&Playlist::stream(uuid)).unwrap_or_default();
        Ok((rows, Figure::new(events, took, Vec::new())))
    }

    fn record(&self, mut changes: impl Iterator<Item = Event>) -> Result<Figure, Refusal> {
        let Self { gate, list, run, .. } = self;
        let mut latencies = Vec::new();
        loop {
            let page: Vec<_> = changes.by_ref().take(RefreshPlaylist::PAGE_SIZE as usize).collect();
            if page.is_empty() {
                return Ok(Figure::of_pieces(latencies));
            }
            let began = Instant::now();
            world::told(gate, |story| {
                work::playlist::record_changes(story, list.id, run.job, run.attempt, page.clone())
            })?;
            latencies.push(began.elapsed());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_grows_is_missed_and_is_folded_anew() {
        let directory = tempfile::tempdir().unwrap();
        let gate = world::open(directory.path());
        let mut list = Growing::begin(&gate, 0).unwrap();
        assert_eq!(list.grow(120, Growth::Behind).unwrap().pieces(), 3);
        assert_eq!(list.grow(170, Growth::InFront).unwrap().pieces(), 1);
        assert_eq!(list.miss(60).unwrap().pieces(), 2);
        let (rows, folded) = list.fold_anew().unwrap();
        // It was followed, too.
        assert_eq!((rows, folded.count), (170, 1 + 170 + 60));
    }
}
