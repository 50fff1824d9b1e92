use std::time::Duration;

use mediary_schema::{
    check::{Alerting, Probe},
    schedule::{Rhythm, Timing},
};
use uuid::Uuid;

use super::{watched::spread, *};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn id(number: u128) -> CheckId {
    CheckId::from_uuid(Uuid::from_u128(number))
}

fn defined(probe: Probe, timing: Timing) -> Event {
    let definition = Definition {
        probe,
        rhythm: Rhythm { timing, jitter_seconds: 0 },
        timeout_seconds: 10,
        is_inverted: false,
        thresholds: vec![],
        alerting: Alerting { fail_after: 2, ..Alerting::default() },
        maintenance: vec![],
        depends_on: [].into(),
        group: None,
        tags: [].into(),
        links: [].into(),
        is_public: false,
    };
    Event::Defined { name: "one".to_owned(), definition: Box::new(definition), since: at(0), file: None }
}

fn ping(seconds: u32) -> Event {
    defined(Probe::Ping { host: "nas".to_owned() }, Timing::Every { seconds })
}

fn roster(events: impl IntoIterator<Item = (CheckId, Event)>) -> Roster {
    let mut roster = Roster::default();
    for (id, event) in events {
        roster.fold(id, ProjectId::HOME, event);
    }
    roster
}

// CH-05: a few new checks are looked at at once, more are spread.
#[test]
fn few_come_at_once_and_many_are_spread() {
    let few = roster((0..100).map(|number| (id(number), ping(60))));
    assert_eq!(few.due(at(0), 1_000).len(), 100);
    let many = roster((0..1_000).map(|number| (id(number), ping(60))));
    let at_once = many.due(at(0), 1_000).len();
    assert!(at_once <= AT_ONCE_MAX, "{at_once}");
    let in_half = many.due(at(30), 1_000).len();
    assert!((400..700).contains(&in_half), "{in_half}");
    assert_eq!(many.due(at(60), 1_000).len(), 1_000);
}

// CH-06: what was missed is looked at once, and then in its rhythm.
#[test]
fn what_was_missed_is_one_look() {
    let mut roster = roster([(id(1), ping(60))]);
    roster.looked(id(1), at(5));
    assert_eq!(roster.next(), Some(at(65)));
    assert_eq!(roster.moment(id(1), at(300)), at(245));
    roster.looked(id(1), at(245));
    assert_eq!(roster.next(), Some(at(305)));
}

#[test]
fn what_is_paused_does_not_come_and_what_is_removed_is_not_there() {
    let mut roster = roster([(id(1), ping(60)), (id(1), Event::Paused {})]);
    assert_eq!(roster.next(), None);
    roster.fold(id(1), ProjectId::HOME, Event::Resumed { since: at(90) });
    assert_eq!(roster.next(), Some(at(90)));
    roster.fold(id(1), ProjectId::HOME, Event::Removed {});
    assert!(roster.get(id(1)).is_none() && roster.next().is_none());
    assert_eq!(roster.fresh, 0);
}

// CH-02: so long, and a little longer.
#[test]
fn what_reports_by_itself_has_until_its_next_moment_and_a_little_longer() {
    let mut roster = roster([(id(1), defined(Probe::Push {}, Timing::Every { seconds: 60 }))]);
    assert_eq!(roster.next(), Some(at(70)));
    roster.looked(id(1), at(50));
    assert_eq!(roster.next(), Some(at(120)));
    roster.listen_anew(id(1), at(500));
    assert_eq!(roster.next(), Some(at(570)));
}

// CH-09.
#[test]
fn looks_are_judged_by_the_rule_of_their_check() {
    let mut roster = roster([(id(1), ping(60))]);
    assert!(!roster.judge(id(1), at(0), Verdict::Failing));
    assert!(!roster.judge(id(1), at(0), Verdict::Unknown));
    assert!(!roster.judge(id(1), at(0), Verdict::Failing), "two in a row");
    assert!(roster.judge(id(1), at(0), Verdict::Failing));
}

#[test]
fn the_same_check_has_the_same_place_in_its_interval() {
    assert_eq!(spread(id(7), 60), spread(id(7), 60));
    assert!(spread(id(7), 60) < Duration::from_mins(1));
}
