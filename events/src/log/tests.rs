mod history;

use mediary_schema::{HostId, log::OpenReason};

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
