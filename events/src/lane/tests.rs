mod history;

use mediary_schema::{
    Timestamp,
    lane::{Hold, Lane, Reason},
};

use super::{Command, Event, Lanes};
use crate::testing::{given, samples};

fn hold(until: i64) -> Hold {
    Hold {
        lane: Lane::Host("example.org".to_owned()),
        reason: Reason::RateLimit,
        until: Some(Timestamp::from_micros(until)),
        job_id: samples::JOB,
    }
}

fn held(until: i64) -> Event {
    Event::Held { hold: hold(until) }
}

// invariant: J-11
#[test]
fn a_hold_is_recorded_once_for_each_change() {
    given::<Lanes>([]).when(Command::Hold { hold: hold(10) }).then([held(10)]);
    given::<Lanes>([held(10)]).when(Command::Hold { hold: hold(10) }).then([]);
    given::<Lanes>([held(10)]).when(Command::Hold { hold: hold(9) }).then([]);
    given::<Lanes>([held(10)]).when(Command::Hold { hold: hold(11) }).then([held(11)]);
}

#[test]
fn another_lane_is_held_apart() {
    let disk = Hold { lane: Lane::LibraryDisk, reason: Reason::NoRoom { bytes: 7 }, until: None, ..hold(0) };
    given::<Lanes>([held(10)]).when(Command::Hold { hold: disk.clone() }).then([Event::Held { hold: disk }]);
}

#[test]
fn a_hold_that_was_renewed_is_not_released_by_the_end_of_the_old_one() {
    let released = Event::Released { lane: hold(10).lane };
    given::<Lanes>([held(10)]).when(Command::Release { hold: hold(10) }).then([released.clone()]);
    given::<Lanes>([held(10), held(20)]).when(Command::Release { hold: hold(10) }).then([]);
    given::<Lanes>([held(10), released]).when(Command::Release { hold: hold(10) }).then([]);
}
