//! Work for the comparison of a list with what is known of it, without the log: all of it as it was, a few rows new in
//! front, and the worst order.

use mediary_events::{
    Concern as _,
    playlist::{Diff, Playlist, State, diff},
};
use mediary_schema::{
    Identities, IdentityKey, ItemId, ProjectId,
    playlist::{ObservedEntry, RefreshMode},
};
use tokio::time::Instant;

use crate::{figure::Figure, world::List};

const IDENTITIES: Identities = Identities::new(IdentityKey::from_bytes([1; IdentityKey::BYTES]));

/// What a look sees of a list that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// All of it, as it was.
    Unchanged,
    /// Three rows that are new, in front of all others.
    NewInFront,
    /// The last row first: nearly all are moved.
    Reversed,
}

impl Seen {
    /// Each of them, with its name.
    pub const ALL: [(&str, Self); 3] = [
        ("as it was", Self::Unchanged),
        ("three new in front", Self::NewInFront),
        ("reversed", Self::Reversed),
    ];
}

/// A list of which all rows are known.
#[derive(Debug)]
pub struct Known {
    list: List,
    state: State,
    rows: u32,
}

impl Known {
    /// A list with so many rows.
    pub fn with(rows: u32) -> Self {
        let list = List::new(0);
        let mut state = State::default();
        for row in 0..rows {
            Playlist::evolve(&mut state, &list.added(row));
        }
        Self { list, state, rows }
    }

    /// Compares it with what is seen. The figure is of rows.
    pub fn compare(&self, seen: Seen) -> (Diff, Figure) {
        let rows = 0..self.rows;
        let rows: Vec<u32> = match seen {
            Seen::Unchanged => rows.collect(),
            Seen::NewInFront => (self.rows..self.rows + 3).chain(rows).collect(),
            Seen::Reversed => rows.rev().collect(),
        };
        let observed: Vec<ObservedEntry> =
            rows.iter().zip(1..).map(|(row, index)| self.list.observed(*row, index)).collect();
        let items: Vec<ItemId> =
            observed.iter().map(|entry| IDENTITIES.item(ProjectId::HOME, &entry.source)).collect();
        let began = Instant::now();
        let diff = diff(&IDENTITIES, self.list.id, &self.state, &items, observed, RefreshMode::Full);
        let figure = Figure::new(items.len() as u64, began.elapsed(), Vec::new());
        (diff, figure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_and_what_is_moved_is_found() {
        let known = Known::with(500);
        let changes = |seen| known.compare(seen).0.changes.len();
        assert_eq!(changes(Seen::Unchanged), 0);
        assert_eq!(changes(Seen::NewInFront), 3);
        assert_eq!(changes(Seen::Reversed), 499, "one stays where it is");
        assert_eq!(known.compare(Seen::NewInFront).1.count, 503);
    }
}
