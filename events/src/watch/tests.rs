mod history;

use mediary_schema::{
    PrincipalId, RootId, TokenId,
    watch::{BadWhich, Watch, WatchId, Which},
};
use uuid::Uuid;

use super::{Added, Command, Event, Rejection, Watches};
use crate::{Concern as _, testing::given};

fn id(number: u128) -> WatchId {
    WatchId::from_uuid(Uuid::from_u128(number))
}

/// Files of a folder of the library, as `web`.
fn watch(way: &str) -> Watch {
    Watch {
        root_id: RootId::LIBRARY,
        way: way.to_owned(),
        profile: "web".parse().unwrap(),
        which: Which::default(),
        replace: None,
    }
}

fn by(token: u128, watch: Watch) -> Box<Added> {
    let token_id = TokenId::from_uuid(Uuid::from_u128(token));
    Box::new(Added { watch, principal: PrincipalId::OWNER, token_id })
}

fn add(number: u128, added: Box<Added>) -> Command {
    Command::Add { watch_id: id(number), added }
}

fn added(number: u128, added: Box<Added>) -> Event {
    Event::Added { watch_id: id(number), added }
}

fn stop(number: u128) -> Command {
    Command::Stop { watch_id: id(number), reason: "the token is not valid any more".to_owned() }
}

fn stopped(number: u128) -> Event {
    Event::Stopped { watch_id: id(number), reason: "the token is not valid any more".to_owned() }
}

// TR-02.
#[test]
fn a_folder_is_watched_once() {
    let first = || added(1, by(1, watch("in")));
    given::<Watches>([]).when(add(1, by(1, watch("in")))).then([first()]);
    given::<Watches>([first()]).when(add(2, by(1, watch("in")))).then([]);
    given::<Watches>([first()])
        .when(add(2, by(1, watch("in/deep"))))
        .then([added(2, by(1, watch("in/deep")))]);
    let other = Watch { profile: "archive".parse().unwrap(), ..watch("in") };
    given::<Watches>([first()]).when(add(2, by(1, other))).rejected(&Rejection::Taken { watch_id: id(1) });
}

// invariant: F-30
#[test]
fn what_was_stopped_goes_on_by_whoever_adds_it_again() {
    let first = || added(1, by(1, watch("in")));
    given::<Watches>([first()]).when(stop(1)).then([stopped(1)]);
    given::<Watches>([first(), stopped(1)]).when(stop(1)).then([]);
    // It keeps its id.
    given::<Watches>([first(), stopped(1)])
        .when(add(2, by(2, watch("in"))))
        .then([added(1, by(2, watch("in")))]);
    given::<Watches>([first(), stopped(1)]).when(add(2, by(1, watch("in")))).then([first()]);
    given::<Watches>([]).when(stop(1)).rejected(&Rejection::NotFound { watch_id: id(1) });
}

#[test]
fn what_is_removed_is_not_there() {
    let (first, removed) = (|| added(1, by(1, watch("in"))), || Event::Removed { watch_id: id(1) });
    let remove = || Command::Remove { watch_id: id(1) };
    given::<Watches>([]).when(remove()).rejected(&Rejection::NotFound { watch_id: id(1) });
    given::<Watches>([first()]).when(remove()).then([removed()]);
    given::<Watches>([first(), removed()]).when(remove()).rejected(&Rejection::NotFound { watch_id: id(1) });
    given::<Watches>([first(), removed()])
        .when(add(2, by(1, watch("in"))))
        .then([added(2, by(1, watch("in")))]);
}

#[test]
fn what_chooses_nothing_is_refused_and_there_is_an_end() {
    let which = Which { bytes_min: Some(2), bytes_max: Some(1), ..Which::default() };
    let bad = BadWhich::NoSize { bytes_min: 2, bytes_max: 1 };
    given::<Watches>([])
        .when(add(1, by(1, Watch { which, ..watch("in") })))
        .rejected(&Rejection::BadWhich(bad));
    let many = (0..50_u128).map(|number| added(number, by(1, watch(&format!("in {number}")))));
    given::<Watches>(many).when(add(50, by(1, watch("in")))).rejected(&Rejection::TooMany);
}

#[test]
fn what_was_erased_keeps_its_place_and_loses_its_words() {
    let which = Which { names: vec!["anna-*".to_owned()], ..Which::default() };
    let erased = Watches::redact(&added(1, by(1, Watch { which, ..watch("anna") }))).unwrap();
    assert_eq!(erased, added(1, by(1, watch(""))));
    assert_eq!(Watches::redact(&stopped(1)), Some(stopped(1)));
}
