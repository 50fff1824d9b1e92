mod history;

use mediary_schema::{DataKeyId, HostId, PrincipalId, log::OpenReason};
use uuid::Uuid;

use super::{Command, Event, Logs, Rejection, Replacement, State};
use crate::{
    Concern as _,
    testing::{given, samples},
};

fn opened(reason: OpenReason, host: Option<HostId>) -> Event {
    Event::Opened { program: "0.1.0".to_owned(), format: 2, host, reason }
}

fn erase(positions: &[u64], reason: &str) -> Command {
    let replacements = positions.iter().map(|position| replacement(*position)).collect();
    Command::Erase { positions: positions.to_vec(), reason: reason.to_owned(), replacements }
}

fn erased(positions: &[u64]) -> Event {
    let replacements = positions.iter().map(|position| replacement(*position)).collect();
    Event::Erased { positions: positions.to_vec(), reason: "on request".to_owned(), replacements }
}

fn replacement(position: u64) -> Replacement {
    Replacement { position, payload: serde_json::json!({ "title": "" }) }
}

#[test]
fn what_is_erased_already_is_left_out_and_each_position_is_named_once() {
    given::<Logs>([]).when(erase(&[7, 3, 7], " on request ")).then([Event::Erased {
        positions: vec![3, 7],
        reason: "on request".to_owned(),
        replacements: vec![replacement(7), replacement(3), replacement(7)],
    }]);
    given::<Logs>([erased(&[3])]).when(erase(&[3, 4], "on request")).then([erased(&[4])]);
    given::<Logs>([erased(&[3])]).when(erase(&[3], "on request")).then([]);
}

#[test]
fn erasing_wants_a_reason_and_not_too_many_at_once() {
    given::<Logs>([]).when(erase(&[3], "  ")).rejected(&Rejection::NoReason);
    given::<Logs>([]).when(erase(&[], "on request")).rejected(&Rejection::Number { positions: 0 });
    let many: Vec<u64> = (1..=201).collect();
    given::<Logs>([]).when(erase(&many, "on request")).rejected(&Rejection::Number { positions: 201 });
}

#[test]
fn every_opening_is_counted() {
    let mut state = State::default();
    for reason in [OpenReason::Start, OpenReason::ClockStep, OpenReason::Restore] {
        Logs::evolve(&mut state, &opened(reason, Some(samples::identities().host("laptop"))));
    }
    assert_eq!(state.epochs, 3);
}

fn key(number: u128) -> DataKeyId {
    DataKeyId::from_uuid(Uuid::from_u128(number))
}

fn shred(keys: &[u128], reason: &str) -> Command {
    let data_key_ids = keys.iter().map(|number| key(*number)).collect();
    Command::Shred { principal_id: PrincipalId::OWNER, data_key_ids, reason: reason.to_owned() }
}

fn shredded(number: u128) -> Event {
    let reason = "on request".to_owned();
    Event::Shredded { principal_id: PrincipalId::OWNER, data_key_ids: vec![key(number)], reason }
}

#[test]
fn a_key_is_destroyed_once_on_some_ground_and_who_has_none_loses_nothing() {
    given::<Logs>([]).when(shred(&[1], " ")).rejected(&Rejection::NoReason);
    given::<Logs>([]).when(shred(&[1], " on request ")).then([shredded(1)]);
    given::<Logs>([shredded(1)]).when(shred(&[1, 2], "on request")).then([shredded(2)]);
    given::<Logs>([shredded(1)]).when(shred(&[1], "on request")).then([]);
    given::<Logs>([]).when(shred(&[], "on request")).then([]);
}
