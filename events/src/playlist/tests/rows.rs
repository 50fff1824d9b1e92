//! The chain of rows beside a plain vector, which is slow and plainly right.

use mediary_schema::{EntryId, playlist::After};

use super::*;

/// What the events of rows add up to, as one would write it down.
#[derive(Debug, Default)]
struct Plain {
    rows: Vec<Row>,
    removed: Vec<Row>,
}

impl Plain {
    fn evolve(&mut self, event: &Event) {
        match event {
            Event::EntryAdded { entry_id, item_id, source, title, after, .. } => {
                let row = Row {
                    entry_id: *entry_id,
                    item_id: *item_id,
                    source: source.clone(),
                    title: title.clone(),
                    duration_ms: None,
                    availability: Availability::Available,
                    live_status: LiveStatus::NotLive,
                    published_at: None,
                    seen: true,
                };
                take(&mut self.removed, *entry_id);
                take(&mut self.rows, *entry_id);
                self.insert(row, *after);
            }
            Event::EntryNotSeen { entry_id } => self.change(*entry_id, |row| row.seen = false),
            Event::EntryRemoved { entry_id } => {
                let row = take(&mut self.rows, *entry_id);
                self.removed.extend(row);
            }
            Event::EntryMoved { entry_id, after } => {
                if let Some(row) = take(&mut self.rows, *entry_id) {
                    self.insert(row, *after);
                }
            }
            Event::EntryRenamed { entry_id, title } => {
                self.change(*entry_id, |row| row.title = Some(title.clone()));
            }
            Event::EntryReturned { entry_id, after } => {
                if let Some(row) = take(&mut self.removed, *entry_id) {
                    self.insert(row, *after);
                }
                self.change(*entry_id, |row| row.seen = true);
            }
            other => panic!("no event of a row that is told here: {other:?}"),
        }
    }

    fn insert(&mut self, row: Row, after: After) {
        let place = after.map_or(0, |neighbour| {
            let place = self.rows.iter().position(|row| row.entry_id == neighbour);
            place.map_or(self.rows.len(), |place| place + 1)
        });
        self.rows.insert(place, row);
    }

    fn change(&mut self, entry_id: EntryId, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.entry_id == entry_id) {
            change(row);
        }
    }
}

fn take(rows: &mut Vec<Row>, entry_id: EntryId) -> Option<Row> {
    let place = rows.iter().position(|row| row.entry_id == entry_id)?;
    Some(rows.remove(place))
}

/// Rows that there may be; each may be told anything at any time, also what no refresh would tell.
const ROWS: u128 = 12;

fn entry(number: u128) -> EntryId {
    EntryId::from_uuid(Uuid::from_u128(number))
}

fn added(number: u128, after: After) -> Event {
    Event::EntryAdded {
        entry_id: entry(number),
        item_id: ItemId::from_uuid(Uuid::from_u128(number)),
        source: seen(&number.to_string()).source,
        title: None,
        duration_ms: None,
        availability: Availability::Available,
        live_status: LiveStatus::NotLive,
        published_at: None,
        after,
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let after = prop::option::weighted(0.8, (0..ROWS).prop_map(entry));
    (0..ROWS, after, 0..9_u8).prop_map(|(number, after, kind)| {
        let entry_id = entry(number);
        match kind {
            0 => Event::EntryNotSeen { entry_id },
            1 | 2 => Event::EntryRemoved { entry_id },
            3 => Event::EntryMoved { entry_id, after },
            4 => Event::EntryReturned { entry_id, after },
            5 => Event::EntryRenamed { entry_id, title: format!("title {after:?}") },
            _ => added(number, after),
        }
    })
}

proptest! {
    // core C6, E5.
    #[test]
    fn rows_are_what_a_plain_vector_would_have(events in prop::collection::vec(any_event(), 0..120)) {
        let (mut state, mut plain) = (State::default(), Plain::default());
        for event in &events {
            let item = |rows: &[Row], id| rows.iter().find(|row| row.entry_id == id).map(|row| row.item_id);
            Playlist::evolve(&mut state, event);
            plain.evolve(event);
            prop_assert!(state.rows.iter().eq(&plain.rows), "{:?}\n{:?}", state.rows, plain.rows);
            prop_assert!(state.removed.iter().eq(&plain.removed), "{:?}", state.removed);
            prop_assert_eq!(state.rows.len(), plain.rows.len());
            prop_assert_eq!(state.rows.is_empty(), plain.rows.is_empty());
            for id in (0..ROWS).map(entry) {
                let listed = item(&plain.rows, id);
                prop_assert_eq!(state.rows.contains(id), listed.is_some());
                prop_assert_eq!(state.rows.get(id).map(|row| row.item_id), listed);
                prop_assert_eq!(state.item_of(id), listed.or_else(|| item(&plain.removed, id)));
                prop_assert_eq!(state.knows(id), state.item_of(id).is_some());
            }
        }
        // The same rows are equal however they came about.
        let mut again = State::default();
        for (place, row) in plain.rows.iter().enumerate().rev() {
            again.rows.insert(row.clone(), None);
            prop_assert_eq!(again.rows == state.rows, place == 0);
        }
    }
}

// What is kept of folds is limited by it.
#[test]
fn a_list_says_what_it_takes() {
    let mut state = State::default();
    let empty = Playlist::state_bytes(&state);
    apply(&mut state, &(0..100).map(|number| added(number, None)).collect::<Vec<_>>());
    let listed = Playlist::state_bytes(&state);
    assert!((100 * size_of::<Row>()..100 * 1_000).contains(&(listed - empty)), "{listed} {empty}");
    let rename = |title: &str| Event::EntryRenamed { entry_id: entry(7), title: title.to_owned() };
    apply(&mut state, &[rename(&"long ".repeat(2_000))]);
    let renamed = Playlist::state_bytes(&state);
    assert!((10_000..10_100).contains(&(renamed - listed)), "{renamed} {listed}");
    apply(&mut state, &[Event::EntryRemoved { entry_id: entry(7) }]);
    assert!(Playlist::state_bytes(&state) > renamed, "what is gone is kept, too");
    apply(&mut state, &[added(7, None), rename("short")]);
    assert!(Playlist::state_bytes(&state) < renamed - 8_000);
}
