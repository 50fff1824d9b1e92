use mediary_events::collection::{Collection, Event};
use mediary_schema::{
    CollectionEntryId, CollectionId, FileId, ItemId, PrincipalId, ProjectId, Subject,
    collection::CollectionKind,
};
use rusqlite::Transaction;
use uuid::Uuid;

use super::{
    CALLED, CollectionField, CollectionRow, CollectionView, changed_collections, collection, collections,
    collections_by_id, entries, favourites, favourites_among,
};
use crate::{
    listing::{Order, OrderField as _},
    page::PageRequest,
    tests::support::{Rows, assert_indexed, recorded},
};

const OTHER: PrincipalId = PrincipalId::from_uuid(Uuid::from_u128(0xBEEF));

fn id(number: u128) -> CollectionId {
    CollectionId::from_uuid(Uuid::from_u128(number))
}

fn entry(number: u128) -> CollectionEntryId {
    CollectionEntryId::from_uuid(Uuid::from_u128(number))
}

fn file(number: u128) -> Subject {
    FileId::from_uuid(Uuid::from_u128(number)).into()
}

fn item(number: u128) -> Subject {
    ItemId::from_uuid(Uuid::from_u128(number)).into()
}

fn created(owner: PrincipalId, name: &str, kind: CollectionKind) -> Event {
    Event::Created { owner, name: name.to_owned(), kind }
}

fn list(name: &str) -> Event {
    created(PrincipalId::OWNER, name, CollectionKind::List)
}

fn added(number: u128, thing: Subject, place: i64) -> Event {
    Event::EntryAdded { entry_id: entry(number), thing, title: format!("Thing {number}"), place }
}

fn moved(number: u128, place: i64) -> Event {
    Event::EntryMoved { entry_id: entry(number), place }
}

fn removed(number: u128) -> Event {
    Event::EntryRemoved { entry_id: entry(number) }
}

fn feed(rows: &mut Rows<CollectionView>, number: u128, events: impl IntoIterator<Item = Event>) {
    rows.feed::<Collection>(id(number).uuid(), events);
}

fn order(rows: &mut Rows<CollectionView>, number: u128) -> Vec<u128> {
    let found = rows.pages(2, |rows, request| entries(rows, id(number), request));
    found.into_iter().map(|row| row.id.uuid().as_u128()).collect()
}

// MU-05.
// invariant: C-3
#[test]
fn rows_are_in_their_places_and_each_list_says_how_many_it_has() {
    let mut rows = Rows::<CollectionView>::new();
    feed(&mut rows, 1, [list("Road"), added(1, file(1), 0), added(2, item(2), 10), added(3, file(3), 20)]);
    assert_eq!(order(&mut rows, 1), [1, 2, 3]);
    feed(&mut rows, 1, [moved(3, 5), moved(1, 30)]);
    assert_eq!(order(&mut rows, 1), [3, 2, 1]);
    let counts = |rows: &mut Rows<CollectionView>| {
        let row = rows.read(|rows| collection(rows, id(1))).unwrap();
        (row.entry_count, row.file_count)
    };
    assert_eq!(counts(&mut rows), (3, 2));
    feed(&mut rows, 1, [removed(3), removed(2)]);
    assert_eq!((order(&mut rows, 1), counts(&mut rows)), (vec![1], (1, 1)));
    let first = rows.read(|rows| entries(rows, id(1), &PageRequest::front(9).counted()));
    assert_eq!(first.total, Some(1));
    let (_, row) = &first.rows[0];
    assert_eq!((row.title.as_str(), row.thing.clone()), ("Thing 1", file(1)));
    assert_indexed(&mut rows, |rows| entries(rows, id(1), &PageRequest::front(2)));
}

#[test]
fn a_list_that_is_deleted_is_gone_with_its_rows_and_whoever_watches_is_told() {
    let mut rows = Rows::<CollectionView>::new();
    feed(&mut rows, 1, [list("Road"), added(1, file(1), 0)]);
    feed(&mut rows, 2, [list("Rails"), added(2, file(1), 0)]);
    let before = rows.position();
    feed(&mut rows, 1, [Event::Deleted {}]);
    assert_eq!(rows.read(|rows| collection(rows, id(1))), None);
    assert_eq!((order(&mut rows, 1), order(&mut rows, 2)), (vec![], vec![2]));
    let found =
        rows.read(|rows| collections(rows, CollectionField::DEFAULT, &PageRequest::front(9).counted()));
    let names: Vec<_> = found.rows.into_iter().map(|(_, row)| row.name).collect();
    assert_eq!((names, found.total), (vec!["Rails".to_owned()], Some(1)));
    assert_eq!(rows.read(|rows| CALLED.exactly(rows, "road", 9)), []);
    let told = rows.read(|rows| changed_collections(rows, before, 9));
    assert_eq!(told.iter().map(|row| (row.id, row.is_deleted)).collect::<Vec<_>>(), [(id(1), true)]);
}

fn all(rows: &Transaction<'_>) -> rusqlite::Result<Vec<CollectionRow>> {
    let order = Order { field: CollectionField::CreatedAt, descending: true };
    let page = collections(rows, order, &PageRequest::front(9).counted())?;
    assert_eq!(page.total, Some(page.rows.len() as u64));
    Ok(page.rows.into_iter().map(|(_, row)| row).collect())
}

// invariant: C-1
#[test]
fn nobody_sees_lists_of_another() {
    let mut rows = Rows::<CollectionView>::new();
    feed(&mut rows, 1, [list("Road"), added(1, file(1), 0)]);
    feed(&mut rows, 2, [created(OTHER, "Theirs", CollectionKind::Favourites), added(2, file(1), 0)]);
    for (owner, own, strange, liked) in [(PrincipalId::OWNER, 1, 2, vec![]), (OTHER, 2, 1, vec![file(1)])] {
        let mut of = |query: &dyn Fn(&Transaction<'_>) -> rusqlite::Result<Vec<CollectionRow>>| {
            let found = rows.read_of(ProjectId::HOME, owner, query);
            found.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(of(&all), [id(own)]);
        assert_eq!(of(&|rows| collections_by_id(rows, &[id(own), id(strange)])), [id(own)]);
        assert_eq!(of(&|rows| changed_collections(rows, 0, 9)), [id(own)]);
        let mut read = |number| {
            let all = PageRequest::front(9).counted();
            let page = rows.read_of(ProjectId::HOME, owner, |rows| entries(rows, id(number), &all));
            (page.rows.len(), page.total)
        };
        assert_eq!((read(own), read(strange)), ((1, Some(1)), (0, Some(0))));
        let found = rows.read_of(ProjectId::HOME, owner, |rows| favourites_among(rows, &[file(1), file(2)]));
        assert_eq!(found, liked);
    }
    let other_project = ProjectId::from_uuid(Uuid::from_u128(7));
    assert_eq!(rows.read_of(other_project, PrincipalId::OWNER, all), []);
}

// MU-06.
#[test]
fn favourites_are_looked_up_by_what_they_are() {
    let mut rows = Rows::<CollectionView>::new();
    assert_eq!(rows.read(|rows| favourites_among(rows, &[file(1)])), []);
    assert_eq!(rows.read(favourites), None);
    feed(&mut rows, 1, [list("Road"), added(9, file(3), 0)]);
    let best = created(PrincipalId::OWNER, "Favourites", CollectionKind::Favourites);
    feed(
        &mut rows,
        2,
        [best, added(1, file(1), 0), added(2, item(2), 10), added(3, file(4), 20), removed(3)],
    );
    let asked = [file(1), item(1), item(2), file(2), file(3), file(4)];
    let mut found = rows.read(|rows| favourites_among(rows, &asked));
    found.sort();
    assert_eq!(found, [file(1), item(2)]);
    assert_eq!(rows.read(favourites).unwrap().entry_count, 2);
    assert_indexed(&mut rows, |rows| favourites_among(rows, &asked));
}

// What happens in one batch is the same as in many.
#[test]
fn a_list_is_the_same_in_whichever_batches_it_is_told() {
    let events = [
        list("Road"),
        added(1, file(1), 0),
        added(2, item(2), 10),
        moved(1, 20),
        removed(2),
        Event::Renamed { name: "Rails".to_owned() },
        Event::Deleted {},
    ];
    let recorded: Vec<_> =
        events.iter().zip(1..).map(|(event, at)| recorded::<Collection>(at, id(1).uuid(), event)).collect();
    let (mut at_once, mut singly) = (Rows::<CollectionView>::new(), Rows::<CollectionView>::new());
    at_once.apply_all(&recorded).unwrap();
    for recorded in &recorded {
        singly.apply(recorded).unwrap();
    }
    assert_eq!(at_once.dump(), singly.dump());
}
