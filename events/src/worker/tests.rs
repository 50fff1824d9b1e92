mod history;

use mediary_schema::{IncarnationId, job::WorkKind, worker::Offer};
use uuid::Uuid;

use super::{Command, Event, Rejection, Worker};
use crate::testing::given;

fn life(number: u128) -> IncarnationId {
    IncarnationId::from_uuid(Uuid::from_u128(number))
}

fn joined(number: u128) -> Event {
    Event::Joined { incarnation_id: life(number), offer: Offer { kinds: vec![WorkKind::new("refresh")] } }
}

fn halted() -> Event {
    Event::PartHalted { part: "download".to_owned(), reason: "it panicked".to_owned() }
}

#[test]
fn each_start_is_a_fact_of_its_own() {
    let join =
        Command::Join { incarnation_id: life(2), offer: Offer { kinds: vec![WorkKind::new("refresh")] } };
    given::<Worker>([joined(1)]).when(join.clone()).then([joined(2)]);
    given::<Worker>([joined(2)]).when(join).then([]);
}

// invariant: A-2
#[test]
fn a_halted_part_is_resumed_by_a_person_or_a_restart() {
    let resume = Command::Resume { part: "download".to_owned() };
    given::<Worker>([joined(1), halted()])
        .when(resume.clone())
        .then([Event::PartResumed { part: "download".to_owned() }]);
    given::<Worker>([joined(1), halted(), joined(2)])
        .when(resume)
        .rejected(&Rejection::NotHalted { part: "download".to_owned() });
}
