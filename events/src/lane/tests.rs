mod history;

use mediary_schema::{
    Timestamp,
    lane::{Hold, Lane, Reason},
};

use super::{Command, Event, Lanes, State};
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

// PL-29: a person's hold and a condition's are two, and neither ends the other.
#[test]
fn what_a_person_holds_goes_on_when_a_person_says_so() {
    let lane = || hold(10).lane;
    let (paused, resumed) = (Event::Paused { lane: lane() }, Event::Resumed { lane: lane() });
    given::<Lanes>([held(10)]).when(Command::Pause { lane: lane() }).then([paused.clone()]);
    given::<Lanes>([paused.clone()]).when(Command::Pause { lane: lane() }).then([]);
    let released = Event::Released { lane: lane() };
    given::<Lanes>([held(10), paused.clone()]).when(Command::Release { hold: hold(10) }).then([released]);
    given::<Lanes>([held(10), paused]).when(Command::Resume { lane: lane() }).then([resumed.clone()]);
    given::<Lanes>([held(10)]).when(Command::Resume { lane: lane() }).then([]);
    let mut state = State::default();
    state.evolve(&held(10));
    state.evolve(&resumed);
    assert!(state.of(&lane()).is_some(), "a condition holds it still");
}
