mod history;

use mediary_schema::{job::WorkKind, worker::Offer};

use super::{Command, Event, Rejection, Worker};
use crate::testing::given;

fn joined(epoch: u64) -> Event {
    Event::Joined { epoch, offer: Offer { kinds: vec![WorkKind::Refresh] } }
}

fn halted() -> Event {
    Event::ConcernHalted { concern: "download".to_owned(), reason: "it panicked".to_owned() }
}

#[test]
fn each_start_is_a_fact_of_its_own() {
    let join = Command::Join { epoch: 2, offer: Offer { kinds: vec![WorkKind::Refresh] } };
    given::<Worker>([joined(1)]).when(join.clone()).then([joined(2)]);
    given::<Worker>([joined(2)]).when(join).then([]);
}

// invariant: A-2
#[test]
fn a_halted_concern_is_resumed_by_a_person_or_a_restart() {
    let resume = Command::Resume { concern: "download".to_owned() };
    given::<Worker>([joined(1), halted()])
        .when(resume.clone())
        .then([Event::ConcernResumed { concern: "download".to_owned() }]);
    given::<Worker>([joined(1), halted(), joined(2)])
        .when(resume)
        .rejected(&Rejection::NotHalted { concern: "download".to_owned() });
}
