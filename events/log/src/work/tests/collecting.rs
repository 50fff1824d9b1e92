//! Personal lists: whose they are, and who is told of them.

use mediary_events::{
    collection::{Ask, Collection, ask},
    file::{self, File},
};
use mediary_schema::{CollectionId, FileId, PrincipalId, RootId, Subject, collection::Wanted, scope::Scope};

use super::*;
use crate::{
    Filter, LogReader, Read,
    gate::Options,
    work::collection::{AddedEntry, Told},
};

const OTHER: PrincipalId = PrincipalId::from_uuid(Uuid::from_u128(0xBEEF));

fn file(number: u128) -> FileId {
    FileId::from_uuid(Uuid::from_u128(number))
}

/// A log with two files in the library.
fn library() -> Bench {
    let bench = Bench::new();
    for number in [1, 2] {
        let verified = Box::new(samples::verified());
        let path = format!("Talks/Talk {number}.webm");
        let record = file::Command::Record { root: RootId::LIBRARY, path, verified, made: None, stamp: None };
        bench.told(|story| story.entail::<File>(file(number).uuid(), record.clone()));
    }
    bench
}

/// What somebody asks, under a command of its own.
fn asked(bench: &Bench, who: PrincipalId, command: u128, ask: Ask) -> Result<Told, Refusal> {
    let caller = Caller { principal: who, ..editor(command) };
    Bench::wait(bench.gate.ask(caller, ask, Options::default())).map(|answer| answer.told)
}

fn create(name: &str) -> Ask {
    Ask::Create(ask::Create { name: name.to_owned() })
}

fn wanted(thing: impl Into<Subject>) -> Wanted {
    Wanted { thing: thing.into(), title: None }
}

fn add(collection_id: CollectionId, thing: impl Into<Subject>) -> Ask {
    Ask::Add(ask::Add { collection_id, things: vec![wanted(thing)], again: false })
}

fn favourite(number: u128, is_favourite: Option<bool>) -> Ask {
    Ask::Favourite(ask::Favourite { things: vec![wanted(file(number))], is_favourite })
}

fn code(result: Result<Told, Refusal>) -> &'static str {
    result.unwrap_err().code()
}

// MU-05.
// invariant: C-1
#[test]
fn what_is_another_persons_is_not_there() {
    let bench = library();
    let own = PrincipalId::OWNER;
    let list = asked(&bench, own, 1, create("Road")).unwrap().collection_id;
    assert_eq!(code(asked(&bench, own, 2, create("ROAD"))), "COLLECTION_EXISTS");
    assert_eq!(code(asked(&bench, own, 3, create("favourites"))), "COLLECTION_EXISTS");
    let theirs = asked(&bench, OTHER, 4, create("Road")).unwrap().collection_id;
    assert_ne!(list, theirs, "each has names of his own");
    let added = asked(&bench, own, 5, add(list, file(1))).unwrap().added;
    let [AddedEntry { entry_id, .. }] = added[..] else { panic!("{added:?}") };
    let spot = mediary_schema::collection::Spot::First;
    for strange in [
        add(list, file(2)),
        Ask::Rename(ask::Rename { collection_id: list, name: "Mine".to_owned() }),
        Ask::Remove(ask::Remove { collection_id: list, ids: vec![file(1).into()] }),
        Ask::Move(ask::Move { collection_id: list, entry_id, to: spot }),
        Ask::Delete(ask::Delete { collection_id: list }),
    ] {
        assert_eq!(code(asked(&bench, OTHER, 6, strange)), "COLLECTION_NOT_FOUND");
    }
    let seen = |who| {
        let scope = Scope::of_session(ProjectId::HOME, who, Role::Owner);
        let reader = LogReader::new(bench.gate.log(), scope);
        let of = |filter| {
            let events = reader.read(&Read::forward(1).filter(filter)).unwrap();
            events.into_iter().map(|event| event.envelope.principal).collect::<Vec<_>>()
        };
        (of(Filter::kinds(["collection"])), of(Filter::about(file(1)).of_kinds(["collection"])).len())
    };
    assert_eq!(seen(own), (vec![own; 2], 1));
    assert_eq!(seen(OTHER), (vec![OTHER; 1], 0));
    let events = bench.gate.log().read(&Read::forward(1).filter(Filter::kinds(["collection"]))).unwrap();
    assert_eq!(events.len(), 3, "the log has all of them");
    let own = LogReader::new(bench.gate.log(), Scope::of_session(ProjectId::HOME, own, Role::Viewer));
    let seen = events.iter().filter(|event| own.event(event.envelope.id).unwrap().is_some()).count();
    assert_eq!(seen, 2, "an event is found by its id as it is in a page");
}

// MU-06.
#[test]
fn favourites_are_there_from_the_first_one_on() {
    let bench = library();
    let own = PrincipalId::OWNER;
    let off = asked(&bench, own, 1, favourite(1, Some(false))).unwrap();
    assert!(
        bench.gate.log().read(&Read::forward(1).filter(Filter::kinds(["collection"]))).unwrap().is_empty()
    );
    let on = asked(&bench, own, 2, favourite(1, None)).unwrap();
    assert_eq!((on.collection_id, on.added.len(), on.removed_count), (off.collection_id, 1, 0));
    let again = asked(&bench, own, 3, favourite(1, Some(true))).unwrap();
    assert_eq!(again.known, [Subject::from(file(1))]);
    let toggled = asked(&bench, own, 4, favourite(1, None)).unwrap();
    assert_eq!((toggled.added.len(), toggled.removed_count), (0, 1));
    let theirs = asked(&bench, OTHER, 5, favourite(1, None)).unwrap();
    assert_ne!(theirs.collection_id, on.collection_id);
    let delete = Ask::Delete(ask::Delete { collection_id: on.collection_id });
    assert_eq!(code(asked(&bench, own, 6, delete)), "COLLECTION_FAVOURITES");
}

// MU-05.
// invariant: C-2
#[test]
fn a_row_says_what_a_thing_was_called_and_what_never_was_is_refused() {
    let bench = library();
    let own = PrincipalId::OWNER;
    let list = asked(&bench, own, 1, create("Road")).unwrap().collection_id;
    asked(&bench, own, 2, add(list, file(1))).unwrap();
    assert_eq!(asked(&bench, own, 3, add(list, file(1))).unwrap().known, [Subject::from(file(1))]);
    let titles = |bench: &Bench| {
        let events =
            bench.gate.log().read(&Read::forward(1).filter(Filter::kinds(["collection.entry_added"])));
        let titles =
            events.unwrap().into_iter().map(|event| event.payload_json().unwrap().unwrap()["title"].take());
        titles.collect::<Vec<_>>()
    };
    assert_eq!(titles(&bench), ["Talk 1.webm"]);
    let item = Subject::new("item", Uuid::from_u128(7));
    assert_eq!(code(asked(&bench, own, 4, add(list, file(9)))), "COLLECTION_NO_THING");
    assert_eq!(code(asked(&bench, own, 5, add(list, item))), "COLLECTION_NO_THING");
    let job = Subject::new("job", Uuid::from_u128(7));
    assert_eq!(code(asked(&bench, own, 6, add(list, job))), "COLLECTION_NOT_COLLECTED");
    bench.told(|story| keep(story, job_id(1), false));
    let known = samples::item().item_id;
    assert_eq!(asked(&bench, own, 7, add(list, known)).unwrap().added.len(), 1);
    bench.told(|story| story.entail::<File>(file(1).uuid(), file::Command::Lose));
    let rows = bench.told(|story| {
        Ok(story.state::<Collection>(list.uuid())?.list.as_ref().map(mediary_events::collection::List::len))
    });
    assert_eq!(rows, Some(2), "what is lost stays in the list");
}

// What is asked again under one id is done once; another list that is made meanwhile would have it decided anew.
#[test]
fn a_command_repeated_makes_nothing_twice() {
    let bench = library();
    let own = PrincipalId::OWNER;
    let import = || {
        let things = vec![wanted(file(1)), wanted(file(2)), wanted(file(1))];
        Ask::Import(ask::Import { name: "Road".to_owned(), things, again: false })
    };
    let first = asked(&bench, own, 1, import()).unwrap();
    assert_eq!((first.added.len(), first.known.len()), (2, 1));
    let before = bench.head();
    assert_eq!(asked(&bench, own, 1, import()).unwrap(), first);
    assert_eq!(bench.head(), before);
    let second = asked(&bench, own, 2, import()).unwrap();
    assert_eq!((second.collection_id, second.added.len()), (first.collection_id, 0));
}
