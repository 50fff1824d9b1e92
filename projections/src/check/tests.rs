use mediary_events::check::{Check, Event};
use mediary_schema::{
    CheckId, IncidentId, RunId, Timestamp,
    check::{Alerting, Definition, Probe, Reason, Verdict},
    notification::Severity,
    schedule::{Rhythm, Timing},
};
use uuid::Uuid;

use super::{CALLED, CheckFilter, CheckRow, CheckView, check, checks, checks_by_id, incidents, turns};
use crate::{
    page::PageRequest,
    tests::support::{Rows, assert_indexed},
};

fn id(number: u128) -> CheckId {
    CheckId::from_uuid(Uuid::from_u128(number))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn definition(host: &str) -> Definition {
    Definition {
        probe: Probe::Ping { host: host.to_owned() },
        rhythm: Rhythm { timing: Timing::Every { seconds: 60 }, jitter_seconds: 0 },
        timeout_seconds: 10,
        is_inverted: false,
        thresholds: vec![],
        alerting: Alerting::default(),
        maintenance: vec![],
        depends_on: [].into(),
        group: Some("cellar".to_owned()),
        tags: ["loud".to_owned()].into(),
        links: [].into(),
        is_public: false,
    }
}

fn defined(name: &str, host: &str) -> Event {
    Event::Defined { name: name.to_owned(), definition: Box::new(definition(host)), since: at(0), file: None }
}

fn turned(verdict: Verdict, reason: Option<Reason>, seconds: i64) -> Event {
    let run_id = Some(RunId::from_uuid(Uuid::from_u128(5)));
    Event::Turned { verdict, reason, message: "seen".to_owned(), at: at(seconds), run_id }
}

fn opened(behind: Option<CheckId>) -> Event {
    Event::IncidentOpened {
        incident_id: IncidentId::from_uuid(Uuid::from_u128(9)),
        severity: Severity::Error,
        message: "down".to_owned(),
        behind,
        snoozed_until: None,
        channels: vec![],
    }
}

fn closed() -> Event {
    Event::IncidentClosed {
        incident_id: IncidentId::from_uuid(Uuid::from_u128(9)),
        message: "up".to_owned(),
        behind: None,
        snoozed_until: None,
        channels: vec![],
    }
}

fn shown(rows: &mut Rows<CheckView>, filter: &CheckFilter) -> Vec<CheckRow> {
    rows.read(|rows| {
        let page = checks(rows, filter, &PageRequest::front(99).counted())?;
        if filter.search.is_none() && filter.kind.is_none() {
            assert_eq!(page.total, Some(page.rows.len() as u64));
        }
        Ok(page.rows.into_iter().map(|(_, row)| row).collect())
    })
}

// CH-04: what nobody looked at is unknown, and since when something is so is since it turned.
#[test]
fn a_check_shows_what_was_found_and_since_when() {
    let mut rows = Rows::<CheckView>::new();
    rows.feed::<Check>(id(1).uuid(), [defined("nas", "nas.example")]);
    let row = shown(&mut rows, &CheckFilter::default()).remove(0);
    assert_eq!((row.state, row.reason, row.since), (Verdict::Unknown, Some(Reason::NeverRan), None));
    rows.feed::<Check>(id(1).uuid(), [turned(Verdict::Unknown, Some(Reason::TimedOut), 10)]);
    rows.feed::<Check>(id(1).uuid(), [turned(Verdict::Unknown, Some(Reason::Late), 70)]);
    let row = shown(&mut rows, &CheckFilter::default()).remove(0);
    assert_eq!((row.reason, row.since), (Some(Reason::Late), Some(at(10))));
    rows.feed::<Check>(id(1).uuid(), [turned(Verdict::Failing, None, 130), opened(Some(id(2)))]);
    let row = shown(&mut rows, &CheckFilter::default()).remove(0);
    assert_eq!(
        (row.state, row.reason, row.since, row.behind),
        (Verdict::Failing, None, Some(at(130)), Some(id(2)))
    );
    rows.feed::<Check>(id(1).uuid(), [turned(Verdict::Ok, None, 190), closed()]);
    let row = shown(&mut rows, &CheckFilter::default()).remove(0);
    assert_eq!((row.state, row.incident, row.behind), (Verdict::Ok, None, None));
    let seen = rows.read(|rows| turns(rows, Some(id(1)), &PageRequest::front(9)));
    let states: Vec<Verdict> = seen.rows.iter().map(|(_, turn)| turn.state).collect();
    assert_eq!(states, [Verdict::Ok, Verdict::Failing, Verdict::Unknown, Verdict::Unknown]);
    let wrong = rows.read(|rows| incidents(rows, None, &PageRequest::front(9).counted()));
    assert_eq!(wrong.total, Some(1));
    assert!(wrong.rows[0].1.closed_at.is_some() && wrong.rows[0].1.behind == Some(id(2)));
}

#[test]
fn checks_are_found_by_state_kind_and_words() {
    let mut rows = Rows::<CheckView>::new();
    rows.feed::<Check>(id(1).uuid(), [defined("nas", "nas.example"), turned(Verdict::Ok, None, 1)]);
    rows.feed::<Check>(id(2).uuid(), [defined("switch", "10.0.0.2")]);
    let names = |rows: &mut Rows<CheckView>, filter| -> Vec<String> {
        shown(rows, &filter).into_iter().map(|row| row.name).collect()
    };
    let of = |state| CheckFilter { state: Some(state), ..CheckFilter::default() };
    assert_eq!(names(&mut rows, of(Verdict::Ok)), ["nas"]);
    assert_eq!(names(&mut rows, of(Verdict::Unknown)), ["switch"]);
    assert_eq!(names(&mut rows, of(Verdict::Failing)), [""; 0]);
    let search = |text: &str| CheckFilter { search: Some(text.to_owned()), ..CheckFilter::default() };
    assert_eq!(names(&mut rows, search("10.0.0.2")), ["switch"]);
    assert_eq!(names(&mut rows, search("loud")), ["nas", "switch"]);
    let kind = |kind: &str| CheckFilter { kind: Some(kind.to_owned()), ..CheckFilter::default() };
    assert_eq!(names(&mut rows, kind("ping")), ["nas", "switch"]);
    assert_eq!(names(&mut rows, kind("http")), [""; 0]);
    assert_indexed(&mut rows, |rows| checks_by_id(rows, &[id(1), id(2)]));
}

#[test]
fn what_was_removed_is_not_there_until_it_is_defined_again() {
    let mut rows = Rows::<CheckView>::new();
    rows.feed::<Check>(id(1).uuid(), [defined("nas", "a"), turned(Verdict::Ok, None, 1), Event::Removed {}]);
    assert_eq!(shown(&mut rows, &CheckFilter::default()), []);
    assert_eq!(rows.read(|rows| check(rows, id(1))), None);
    assert_eq!(rows.read(|rows| CALLED.last(rows)), []);
    rows.feed::<Check>(id(1).uuid(), [defined("nas", "b")]);
    let row = shown(&mut rows, &CheckFilter::default()).remove(0);
    assert_eq!((row.definition.probe.target().as_str(), row.state), ("b", Verdict::Unknown));
}

#[test]
fn what_is_said_of_a_check_takes_the_place_of_what_was_said() {
    let mut rows = Rows::<CheckView>::new();
    rows.feed::<Check>(id(1).uuid(), [defined("nas", "a"), turned(Verdict::Ok, None, 1), Event::Paused {}]);
    rows.feed::<Check>(id(1).uuid(), [defined("nas", "b"), Event::Snoozed { until: Some(at(99)) }]);
    let row = shown(&mut rows, &CheckFilter::default()).remove(0);
    assert_eq!((row.definition.probe.target().as_str(), row.state, row.is_paused), ("b", Verdict::Ok, true));
    assert_eq!(row.snoozed_until, Some(at(99)));
    rows.feed::<Check>(id(1).uuid(), [Event::Resumed { since: at(5) }, Event::Snoozed { until: None }]);
    let row = shown(&mut rows, &CheckFilter::default()).remove(0);
    assert_eq!((row.is_paused, row.snoozed_until), (false, None));
}
