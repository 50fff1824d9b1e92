mod history;

use mediary_schema::{
    CollectionEntryId, FileId, ItemId, PrincipalId, Subject,
    collection::{CollectionKind, Spot},
};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Collection, Command, Event, NewEntry, Rejection, State};
use crate::{Concern as _, testing::given};

fn id(number: u128) -> CollectionEntryId {
    CollectionEntryId::from_uuid(Uuid::from_u128(number))
}

fn file(number: u128) -> Subject {
    FileId::from_uuid(Uuid::from_u128(number)).into()
}

fn item(number: u128) -> Subject {
    ItemId::from_uuid(Uuid::from_u128(number)).into()
}

fn created(kind: CollectionKind) -> Event {
    Event::Created { owner: PrincipalId::OWNER, name: "Road".to_owned(), kind }
}

fn list() -> Event {
    created(CollectionKind::List)
}

fn create(name: &str) -> Command {
    Command::Create { owner: PrincipalId::OWNER, name: name.to_owned(), kind: CollectionKind::List }
}

fn new(number: u128, thing: Subject) -> NewEntry {
    NewEntry { entry_id: id(number), thing, title: format!("Thing {number}") }
}

fn add(entries: impl IntoIterator<Item = NewEntry>, again: bool) -> Command {
    Command::Add { entries: entries.into_iter().collect(), again }
}

fn added(number: u128, thing: Subject, place: i64) -> Event {
    Event::EntryAdded { entry_id: id(number), thing, title: format!("Thing {number}"), place }
}

fn moved(number: u128, place: i64) -> Event {
    Event::EntryMoved { entry_id: id(number), place }
}

fn rename(name: &str) -> Command {
    Command::Rename { name: name.to_owned() }
}

const STEP: i64 = 1 << 40;
const STEP_BETWEEN: i64 = 1 << 20;

// MU-05.
#[test]
fn a_list_is_made_renamed_and_taken_away() {
    given::<Collection>([]).when(create("Road")).then([list()]);
    given::<Collection>([list()]).when(create("Road")).then([]);
    given::<Collection>([list()]).when(rename("Rails")).then([Event::Renamed { name: "Rails".to_owned() }]);
    given::<Collection>([list()]).when(rename("Road")).then([]);
    given::<Collection>([list()]).when(Command::Delete).then([Event::Deleted {}]);
    given::<Collection>([list(), Event::Deleted {}]).when(Command::Delete).then([]);
    given::<Collection>([]).when(Command::Delete).rejected(&Rejection::NotFound);
    given::<Collection>([list(), Event::Deleted {}]).when(rename("Rails")).rejected(&Rejection::NotFound);
    for name in ["", " Road", "collection-1", "a\nb", "file-00000000-0000-0000-0000-000000000001"] {
        given::<Collection>([]).when(create(name)).rejected(&Rejection::BadName);
        given::<Collection>([list()]).when(rename(name)).rejected(&Rejection::BadName);
    }
}

// MU-06.
#[test]
fn favourites_stay() {
    let favourites = || [created(CollectionKind::Favourites)];
    given::<Collection>(favourites()).when(rename("Best")).rejected(&Rejection::Favourites);
    given::<Collection>(favourites()).when(Command::Delete).rejected(&Rejection::Favourites);
}

// invariant: C-2
#[test]
fn a_thing_is_in_a_list_once_unless_it_is_wanted_again() {
    let both = || add([new(1, file(7)), new(2, item(8)), new(3, file(7))], false);
    given::<Collection>([list()]).when(both()).then([added(1, file(7), 0), added(2, item(8), STEP)]);
    let there = [list(), added(9, file(7), 5)];
    given::<Collection>(there.clone()).when(both()).then([added(2, item(8), 5 + STEP)]);
    given::<Collection>(there.clone()).when(add([new(1, file(7))], true)).then([added(1, file(7), 5 + STEP)]);
    let removed = Event::EntryRemoved { entry_id: id(9) };
    given::<Collection>(there.into_iter().chain([removed]))
        .when(add([new(1, file(7))], false))
        .then([added(1, file(7), 0)]);
}

#[test]
fn rows_go_by_their_ids_or_by_what_is_in_them() {
    let there = || [list(), added(1, file(7), 0), added(2, file(7), 10), added(3, item(8), 20)];
    let removed = |number| Event::EntryRemoved { entry_id: id(number) };
    let remove = |ids: &[Subject]| Command::Remove { ids: ids.to_vec() };
    given::<Collection>(there()).when(remove(&[file(7)])).then([removed(1), removed(2)]);
    given::<Collection>(there()).when(remove(&[id(2).into(), item(9), id(2).into()])).then([removed(2)]);
    given::<Collection>(there()).when(remove(&[])).then([]);
}

#[test]
fn there_is_an_end_to_rows_and_to_what_is_said_at_once() {
    let many = |count: u128| add((0..count).map(|number| new(number, file(number))), false);
    given::<Collection>([list()]).when(many(1_001)).rejected(&Rejection::TooManyAtOnce { count: 1_001 });
    let full = (0..9_999).map(|number| added(number, file(number), number as i64));
    let two = add([new(20_000, item(1)), new(20_001, item(2))], false);
    given::<Collection>([list()].into_iter().chain(full))
        .when(two)
        .rejected(&Rejection::TooManyEntries { count: 10_001 });
}

// invariant: C-3
#[test]
fn a_row_goes_where_it_is_wanted() {
    let there = || [list(), added(1, file(1), 0), added(2, file(2), 10), added(3, file(3), 20)];
    let to = |number: u128, to: Spot| Command::Move { entry_id: id(number), to };
    for (number, spot, told) in [
        (3, Spot::First, vec![moved(3, -STEP)]),
        (1, Spot::Last, vec![moved(1, 20 + STEP)]),
        (3, Spot::Before(id(2)), vec![moved(3, 5)]),
        (1, Spot::After(id(2)), vec![moved(1, 15)]),
        (1, Spot::First, vec![]),
        (3, Spot::Last, vec![]),
        (2, Spot::After(id(1)), vec![]),
        (2, Spot::Before(id(3)), vec![]),
        (2, Spot::Before(id(2)), vec![]),
        (2, Spot::After(id(2)), vec![]),
    ] {
        given::<Collection>(there()).when(to(number, spot)).then(told);
    }
    let nowhere = Rejection::NoEntry { entry_id: id(9) };
    given::<Collection>(there()).when(to(9, Spot::First)).rejected(&nowhere);
    given::<Collection>(there()).when(to(1, Spot::After(id(9)))).rejected(&nowhere);
}

// invariant: C-3
#[test]
fn where_there_is_no_room_those_behind_move_up() {
    let there =
        [list(), added(1, file(1), 0), added(2, file(2), 1), added(3, file(3), 2), added(4, file(4), STEP)];
    let command = Command::Move { entry_id: id(4), to: Spot::After(id(1)) };
    given::<Collection>(there).when(command).then([
        moved(4, STEP_BETWEEN),
        moved(2, 2 * STEP_BETWEEN),
        moved(3, 3 * STEP_BETWEEN),
    ]);
}

#[test]
fn what_is_erased_keeps_rows_and_their_order() {
    let named = added(1, file(7), 5);
    let nameless = Event::EntryAdded { entry_id: id(1), thing: file(7), title: String::new(), place: 5 };
    assert_eq!(Collection::redact(&named), Some(nameless));
    assert_eq!(Collection::redact(&moved(1, 2)), Some(moved(1, 2)));
    let renamed = Event::Renamed { name: "Road".to_owned() };
    assert_eq!(Collection::redact(&renamed), Some(Event::Renamed { name: String::new() }));
}

/// What a list is after these commands, and what a plain vector is.
fn order_of(moves: &[(usize, usize, bool)]) -> (Vec<CollectionEntryId>, Vec<CollectionEntryId>) {
    let mut state = State::default();
    let execute = |state: &mut State, command| {
        let events = Collection::decide(state, command).unwrap();
        for event in &events {
            Collection::evolve(state, event);
        }
    };
    execute(&mut state, create("Road"));
    execute(&mut state, add((0..5).map(|number| new(number, file(number))), false));
    let mut model: Vec<CollectionEntryId> = (0..5).map(id).collect();
    for &(from, other, is_before) in moves {
        let (entry_id, other) = (id(from as u128), id(other as u128));
        let to = if is_before { Spot::Before(other) } else { Spot::After(other) };
        execute(&mut state, Command::Move { entry_id, to });
        if entry_id != other {
            model.retain(|row| *row != entry_id);
            let place = model.iter().position(|row| *row == other).unwrap();
            model.insert(place + usize::from(!is_before), entry_id);
        }
    }
    (state.list.unwrap().rows().map(|(entry_id, _)| entry_id).collect(), model)
}

proptest! {
    // invariant: C-3
    #[test]
    fn a_list_is_what_a_plain_vector_is(
        moves in prop::collection::vec((0..5_usize, 0..5_usize, any::<bool>()), 0..400)
    ) {
        let (found, model) = order_of(&moves);
        prop_assert_eq!(found, model);
    }

    // The same two change places again and again: no room is left between them.
    // invariant: C-3
    #[test]
    fn a_list_is_that_also_where_it_is_crowded(
        moves in prop::collection::vec((2..4_usize, any::<bool>()), 100..300)
    ) {
        let moves: Vec<_> = moves.into_iter().map(|(from, is_before)| (from, 1, is_before)).collect();
        let (found, model) = order_of(&moves);
        prop_assert_eq!(found, model);
    }
}
