use std::collections::HashMap;

use mediary_schema::{EntryId, playlist::RefreshCounts};

use super::{Row, State, diff::longest_increasing};

/// What is otherwise in a list at a later moment: what happened in between and was undone is not told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// What differs, row by row: first what is in the list, in its order then, and then what is gone.
    pub differences: Vec<Difference>,
    /// How many of each kind, by the same words as a refresh.
    pub counts: RefreshCounts,
}

/// One difference of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What kind of difference.
    pub kind: DifferenceKind,
    /// The row as it was known before; none if it was not.
    pub before: Option<Row>,
    /// The row as it is known after.
    pub after: Row,
}

/// In what a row differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DifferenceKind {
    /// It is new.
    Added,
    /// The last full refresh lacked it.
    NotSeen,
    /// It is gone from the list.
    Removed,
    /// It stands elsewhere.
    Moved,
    /// It has another title.
    Renamed,
    /// Its item has another length, live state or address.
    Described,
    /// Its item can't be had any more, or for another reason.
    Unavailable,
    /// Its item can be had again.
    Available,
    /// It is in the list again.
    Returned,
}

/// A row as it was known before.
struct Known<'a> {
    row: &'a Row,
    /// Its place in the list; none if it was removed.
    place: Option<usize>,
}

/// Compares a list with what it was before.
pub fn compare(before: &State, after: &State) -> Comparison {
    let listed = before.rows.iter().enumerate().map(|(place, row)| Known { row, place: Some(place) });
    let removed = before.removed.iter().map(|row| Known { row, place: None });
    let known: HashMap<EntryId, Known<'_>> =
        listed.chain(removed).map(|known| (known.row.entry_id, known)).collect();
    let present: Vec<&Row> = after.rows.iter().filter(|row| row.seen).collect();
    let places: Vec<Option<usize>> =
        present.iter().map(|row| known.get(&row.entry_id).and_then(|known| known.place)).collect();
    let mut comparison = Comparison::default();
    for ((row, place), stays) in present.iter().zip(&places).zip(longest_increasing(&places)) {
        let Some(Known { row: was, .. }) = known.get(&row.entry_id) else {
            comparison.tell(DifferenceKind::Added, None, row);
            continue;
        };
        if place.is_some() && !stays {
            comparison.tell(DifferenceKind::Moved, Some(was), row);
        }
        if place.is_none() || !was.seen {
            comparison.tell(DifferenceKind::Returned, Some(was), row);
        }
        comparison.correct(was, row);
    }
    // What came and went in between was never here for whoever compares.
    let absent = after.rows.iter().filter(|row| !row.seen).map(|row| (row, DifferenceKind::NotSeen));
    let gone = after.removed.iter().map(|row| (row, DifferenceKind::Removed));
    for (row, kind) in absent.chain(gone) {
        let Some(Known { row: was, place }) = known.get(&row.entry_id) else { continue };
        let is_news = match kind {
            DifferenceKind::NotSeen => place.is_some() && was.seen,
            _ => place.is_some(),
        };
        if is_news {
            comparison.tell(kind, Some(was), row);
        }
        comparison.correct(was, row);
    }
    comparison
}

impl Comparison {
    /// Tells what is so of a row and was not before, wherever it stands.
    fn correct(&mut self, was: &Row, row: &Row) {
        if was.availability != row.availability {
            let is_available = row.availability.is_available();
            let kind = if is_available { DifferenceKind::Available } else { DifferenceKind::Unavailable };
            self.tell(kind, Some(was), row);
        }
        let described = |row: &Row| (row.duration_ms, row.live_status, row.source.url.clone());
        if described(was) != described(row) {
            self.tell(DifferenceKind::Described, Some(was), row);
        }
        if was.title != row.title {
            self.tell(DifferenceKind::Renamed, Some(was), row);
        }
    }

    fn tell(&mut self, kind: DifferenceKind, before: Option<&Row>, after: &Row) {
        let counts = &mut self.counts;
        *match kind {
            DifferenceKind::Added => &mut counts.added,
            DifferenceKind::NotSeen => &mut counts.not_seen,
            DifferenceKind::Removed => &mut counts.removed,
            DifferenceKind::Moved => &mut counts.moved,
            DifferenceKind::Renamed => &mut counts.renamed,
            DifferenceKind::Described => &mut counts.described,
            DifferenceKind::Unavailable => &mut counts.unavailable,
            DifferenceKind::Available => &mut counts.available,
            DifferenceKind::Returned => &mut counts.returned,
        } += 1;
        self.differences.push(Difference { kind, before: before.cloned(), after: after.clone() });
    }
}
