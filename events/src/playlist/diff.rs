use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
};

use mediary_schema::{
    EntryId, Identities, ItemId, PlaylistId,
    playlist::{ObservedEntry, RefreshCounts, RefreshMode},
};

use super::{Event, Row, State};

/// What one refresh changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// What is to be told of each row that changed, in the list's order.
    pub changes: Vec<Event>,
    /// How many of each.
    pub counts: RefreshCounts,
    /// Whether what was new stood in front of all that was known; none if nothing was new, or nothing known.
    pub newest_first: Option<bool>,
}

/// Compares what a refresh saw, in the source's order, with what is known.
///
/// Each occurrence of an item consumes one known row of it, so that the same video twice is two rows
/// and new rows in front move nothing. *Moved* is what lies outside a longest increasing subsequence
/// of the known rows' places. An incremental refresh covers only the front of the list and declares no absence.
///
/// `items` are the ids of the observed entries' items, one for each, and `identities` name new rows.
pub fn diff(
    identities: &Identities,
    playlist_id: PlaylistId,
    state: &State,
    items: &[ItemId],
    observed: Vec<ObservedEntry>,
    mode: RefreshMode,
) -> Diff {
    let observed = observed.into_iter().map(Ok::<_, Infallible>);
    let Ok(found) = try_diff(identities, playlist_id, state, items, observed, mode);
    found
}

/// [`diff`] for a list that is too long to be held: its rows are read one after another, and only their items
/// are known in advance.
pub fn try_diff<E>(
    identities: &Identities,
    playlist_id: PlaylistId,
    state: &State,
    items: &[ItemId],
    observed: impl IntoIterator<Item = Result<ObservedEntry, E>>,
    mode: RefreshMode,
) -> Result<Diff, E> {
    let matched = Matching::of(state, items);
    let stays = longest_increasing(&matched.places);
    let mut scribe = Scribe::new(identities, playlist_id, state);
    let mut after = None;
    let known = items.iter().zip(&matched.places).zip(stays);
    for (entry, ((item_id, place), stays)) in observed.into_iter().zip(known) {
        let entry = entry?;
        after = Some(match place.map(|place| matched.rows[place]) {
            Some(row) => {
                scribe.known(row, entry, stays, after);
                row.entry_id
            }
            None => scribe.unknown(*item_id, entry, after),
        });
    }
    if mode == RefreshMode::Full {
        for row in matched.unconsumed() {
            scribe.absent(row, state.was_absent(row));
        }
    }
    let newest_first = matched.newest_first();
    Ok(Diff { changes: scribe.changes, counts: scribe.counts, newest_first })
}

/// Which known row each observed entry is.
struct Matching<'a> {
    /// The known rows in their order.
    rows: Vec<&'a Row>,
    /// The place among them that each observed entry had.
    places: Vec<Option<usize>>,
    consumed: Vec<bool>,
}

impl<'a> Matching<'a> {
    fn of(state: &'a State, items: &[ItemId]) -> Self {
        let rows: Vec<&Row> = state.rows.iter().collect();
        let mut known: HashMap<ItemId, VecDeque<usize>> = HashMap::with_capacity(rows.len());
        // Rows that were there last time come first: else one that is missing would be taken for its twin.
        for seen in [true, false] {
            for (place, row) in rows.iter().enumerate().filter(|(_, row)| row.seen == seen) {
                known.entry(row.item_id).or_default().push_back(place);
            }
        }
        let mut consumed = vec![false; rows.len()];
        let places = items
            .iter()
            .map(|item_id| {
                let place = known.get_mut(item_id)?.pop_front()?;
                consumed[place] = true;
                Some(place)
            })
            .collect();
        Self { rows, places, consumed }
    }

    fn unconsumed(&self) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().zip(&self.consumed).filter(|(_, consumed)| !**consumed).map(|(row, _)| *row)
    }

    fn newest_first(&self) -> Option<bool> {
        let first_known = self.places.iter().position(Option::is_some)?;
        let last_new = self.places.iter().rposition(Option::is_none)?;
        Some(last_new < first_known)
    }
}

/// Writes down what follows from each row.
struct Scribe<'a> {
    identities: &'a Identities,
    playlist_id: PlaylistId,
    removed: HashMap<ItemId, VecDeque<&'a Row>>,
    occurrences: HashMap<ItemId, u32>,
    changes: Vec<Event>,
    counts: RefreshCounts,
}

impl<'a> Scribe<'a> {
    fn new(identities: &'a Identities, playlist_id: PlaylistId, state: &'a State) -> Self {
        let mut removed: HashMap<ItemId, VecDeque<&Row>> = HashMap::new();
        for row in state.removed.iter() {
            removed.entry(row.item_id).or_default().push_back(row);
        }
        let occurrences = state.occurrences();
        Self {
            identities,
            playlist_id,
            removed,
            occurrences,
            changes: Vec::new(),
            counts: RefreshCounts::default(),
        }
    }

    fn known(&mut self, row: &Row, entry: ObservedEntry, stays: bool, after: Option<EntryId>) {
        let entry_id = row.entry_id;
        if !stays {
            self.counts.moved += 1;
            self.changes.push(Event::EntryMoved { entry_id, after });
        }
        if !row.seen {
            self.counts.returned += 1;
            self.changes.push(Event::EntryReturned { entry_id, after });
        }
        self.correct(row, entry);
    }

    /// Tells what is so of a known row and was not before.
    fn correct(&mut self, row: &Row, entry: ObservedEntry) {
        let (entry_id, availability) = (row.entry_id, entry.availability);
        if availability != row.availability {
            let counted = if availability.is_available() {
                &mut self.counts.available
            } else {
                &mut self.counts.unavailable
            };
            *counted += 1;
            self.changes.push(Event::EntryAvailabilityChanged { entry_id, availability });
        }
        // A length that is no longer told does not replace a known one.
        let duration_ms = entry.duration_ms.or(row.duration_ms);
        let (live_status, url) = (entry.live_status, entry.source.url);
        if live_status != row.live_status {
            self.counts.described += 1;
            self.changes.push(Event::EntryLiveStatusChanged { entry_id, duration_ms, live_status, url });
        } else if (duration_ms, &url) != (row.duration_ms, &row.source.url) {
            self.counts.described += 1;
            self.changes.push(Event::EntryDescribed { entry_id, duration_ms, live_status, url });
        }
        self.rename(row, entry.title);
    }

    fn unknown(&mut self, item_id: ItemId, entry: ObservedEntry, after: Option<EntryId>) -> EntryId {
        if let Some(row) = self.removed.get_mut(&item_id).and_then(VecDeque::pop_front) {
            self.counts.returned += 1;
            let entry_id = row.entry_id;
            self.changes.push(Event::EntryReturned { entry_id, after });
            self.correct(row, entry);
            return entry_id;
        }
        let occurrence = self.occurrences.entry(item_id).or_insert(0);
        *occurrence += 1;
        let entry_id = self.identities.entry(self.playlist_id, item_id, *occurrence);
        self.counts.added += 1;
        self.changes.push(Event::EntryAdded {
            entry_id,
            item_id,
            source: entry.source,
            title: entry.title,
            duration_ms: entry.duration_ms,
            availability: entry.availability,
            live_status: entry.live_status,
            published_at: entry.published_at,
            after,
        });
        entry_id
    }

    fn absent(&mut self, row: &Row, was_absent: bool) {
        let entry_id = row.entry_id;
        if row.seen {
            self.counts.not_seen += 1;
            self.changes.push(Event::EntryNotSeen { entry_id });
        } else if was_absent {
            self.counts.removed += 1;
            self.changes.push(Event::EntryRemoved { entry_id });
        }
    }

    /// A title that is no longer told does not replace a known one (LI-04).
    fn rename(&mut self, row: &Row, title: Option<String>) {
        let Some(title) = title else { return };
        if row.title.as_ref() != Some(&title) {
            self.counts.renamed += 1;
            self.changes.push(Event::EntryRenamed { entry_id: row.entry_id, title });
        }
    }
}

/// Marks the members of one longest increasing subsequence of the known places (patience sorting, O(n log n)).
pub(super) fn longest_increasing(places: &[Option<usize>]) -> Vec<bool> {
    // `tails[k]` is the index whose place is the least that ends an increasing run of k + 1 places.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; places.len()];
    for (index, place) in places.iter().enumerate() {
        let Some(place) = place else { continue };
        let length = tails.partition_point(|&tail| places[tail].is_some_and(|other| other < *place));
        before[index] = length.checked_sub(1).map(|shorter| tails[shorter]);
        if length == tails.len() {
            tails.push(index);
        } else {
            tails[length] = index;
        }
    }
    let mut stays = vec![false; places.len()];
    let mut next = tails.last().copied();
    while let Some(index) = next {
        stays[index] = true;
        next = before[index];
    }
    stays
}
