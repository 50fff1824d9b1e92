mod history;

use mediary_schema::{
    CheckId, IncidentId, RunId, Timestamp,
    check::{
        Alerting, Bound, Definition, HttpExpectation, JsonExpectation, Maintenance, Probe, Reason,
        RecordType, Threshold, ThresholdRefused, Verdict,
    },
    notification::Severity,
    schedule::{Rhythm, Timing},
};
use uuid::Uuid;

use super::{Check, Command, Event, Rejection};
use crate::testing::given;

const RUN: RunId = RunId::from_uuid(Uuid::from_u128(1));
const OTHER_RUN: RunId = RunId::from_uuid(Uuid::from_u128(2));
const INCIDENT: IncidentId = IncidentId::from_uuid(Uuid::from_u128(3));
const SWITCH: CheckId = CheckId::from_uuid(Uuid::from_u128(4));

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn definition() -> Definition {
    Definition {
        probe: Probe::Http { url: "https://example.org/".to_owned(), expect: HttpExpectation::default() },
        rhythm: Rhythm { timing: Timing::Every { seconds: 60 }, jitter_seconds: 0 },
        timeout_seconds: 30,
        is_inverted: false,
        thresholds: vec![],
        alerting: Alerting { channels: vec!["mail".to_owned()], ..Alerting::default() },
        maintenance: vec![],
        depends_on: [SWITCH].into(),
        group: None,
        tags: [].into(),
        links: [].into(),
        is_public: false,
    }
}

fn define(definition: Definition, replace: bool) -> Command {
    Command::Define {
        name: "site".to_owned(),
        definition: Box::new(definition),
        replace,
        file: None,
        now: at(0),
    }
}

fn defined() -> Event {
    Event::Defined { name: "site".to_owned(), definition: Box::new(definition()), since: at(0), file: None }
}

fn observe(verdict: Verdict, reason: Option<Reason>, seconds: i64) -> Command {
    Command::Observe { verdict, reason, message: "seen".to_owned(), at: at(seconds), run_id: Some(RUN) }
}

fn turned(verdict: Verdict, reason: Option<Reason>, seconds: i64) -> Event {
    Event::Turned { verdict, reason, message: "seen".to_owned(), at: at(seconds), run_id: Some(RUN) }
}

fn opened(behind: Option<CheckId>) -> Event {
    Event::IncidentOpened {
        incident_id: INCIDENT,
        severity: Severity::Error,
        message: "seen".to_owned(),
        behind,
        snoozed_until: None,
        channels: vec!["mail".to_owned()],
    }
}

fn detached() -> Event {
    Event::IncidentDetached {
        incident_id: INCIDENT,
        severity: Severity::Error,
        message: "seen".to_owned(),
        snoozed_until: None,
        channels: vec!["mail".to_owned()],
    }
}

/// The same, of which nobody is told until then.
fn told_after(mut event: Event, moment: Option<Timestamp>) -> Event {
    if let Event::IncidentOpened { snoozed_until, .. }
    | Event::IncidentDetached { snoozed_until, .. }
    | Event::IncidentClosed { snoozed_until, .. } = &mut event
    {
        *snoozed_until = moment;
    }
    event
}

fn closed(behind: Option<CheckId>) -> Event {
    Event::IncidentClosed {
        incident_id: INCIDENT,
        message: "seen".to_owned(),
        behind,
        snoozed_until: None,
        channels: vec!["mail".to_owned()],
    }
}

#[test]
fn a_check_is_what_was_said_last() {
    given::<Check>([]).when(define(definition(), false)).then([defined()]);
    given::<Check>([defined()]).when(define(definition(), false)).then([]);
    let other = Definition { timeout_seconds: 5, ..definition() };
    let exists = Rejection::Exists { name: "site".to_owned() };
    given::<Check>([defined()]).when(define(other.clone(), false)).rejected(&exists);
    let replaced = Event::Defined {
        name: "site".to_owned(),
        definition: Box::new(other.clone()),
        since: at(0),
        file: None,
    };
    given::<Check>([defined()]).when(define(other, true)).then([replaced]);
}

// CH-09: what is wrong is told again, but not to whom knows, and not of another's fault.
#[test]
fn what_is_wrong_is_told_again_unless_somebody_knows() {
    let remind = |seconds| Command::Remind { now: at(seconds) };
    let reminded = Event::IncidentReminded {
        incident_id: INCIDENT,
        severity: Severity::Error,
        message: "seen".to_owned(),
        channels: vec!["mail".to_owned()],
    };
    let failing = || [defined(), turned(Verdict::Failing, None, 1)];
    let wrong = |behind| failing().into_iter().chain([opened(behind)]).collect::<Vec<_>>();
    given::<Check>(failing()).when(remind(9)).then([]);
    given::<Check>(wrong(None)).when(remind(9)).then([reminded.clone()]);
    given::<Check>(wrong(Some(SWITCH))).when(remind(9)).then([]);
    let and = |event| wrong(None).into_iter().chain([event]).collect::<Vec<_>>();
    let known = Event::Acknowledged { incident_id: INCIDENT, note: None };
    given::<Check>(and(known)).when(remind(9)).then([]);
    given::<Check>(and(Event::Snoozed { until: Some(at(9)) })).when(remind(8)).then([]);
    given::<Check>(and(Event::Snoozed { until: Some(at(9)) })).when(remind(9)).then([reminded]);
}

// CH-13: what a file says is changed in the file, and takes nothing over that somebody said by command.
#[test]
fn what_is_said_in_a_file_is_changed_there_alone() {
    let (file, name) = ("home.toml", "site".to_owned());
    let other = Definition { timeout_seconds: 5, ..definition() };
    let say = |definition: Definition, file: &str| Command::Define {
        name: name.clone(),
        definition: Box::new(definition),
        replace: true,
        file: Some(file.to_owned()),
        now: at(0),
    };
    let said = |definition: Definition, file: &str| Event::Defined {
        name: name.clone(),
        definition: Box::new(definition),
        since: at(0),
        file: Some(file.to_owned()),
    };
    given::<Check>([]).when(say(definition(), file)).then([said(definition(), file)]);
    given::<Check>([said(definition(), file)]).when(say(definition(), file)).then([]);
    given::<Check>([said(definition(), file)])
        .when(say(other.clone(), file))
        .then([said(other.clone(), file)]);
    given::<Check>([said(definition(), file)])
        .when(say(definition(), "b.toml"))
        .then([said(definition(), "b.toml")]);
    let in_file = Rejection::SaidInFile { name: name.clone(), file: file.to_owned() };
    given::<Check>([said(definition(), file)]).when(define(other.clone(), true)).rejected(&in_file);
    given::<Check>([defined()]).when(say(other, file)).rejected(&Rejection::Exists { name: name.clone() });
    given::<Check>([defined()]).when(say(definition(), file)).then([said(definition(), file)]);
}

#[test]
fn what_can_not_be_checked_is_refused() {
    let refused = |definition: Definition, rejection: Rejection| {
        given::<Check>([]).when(define(definition, false)).rejected(&rejection);
    };
    refused(Definition { timeout_seconds: 0, ..definition() }, Rejection::Timeout);
    let tags = (0..99).map(|number| number.to_string()).collect();
    refused(Definition { tags, ..definition() }, Rejection::Words);
    let nothing = Threshold { value: "latency".to_owned(), min: None, max: None };
    let refusal = ThresholdRefused::Nothing { value: "latency".to_owned() };
    refused(Definition { thresholds: vec![nothing], ..definition() }, Rejection::Threshold(refusal));
    let command = Command::Define {
        name: "@last".to_owned(),
        definition: Box::new(definition()),
        replace: false,
        file: None,
        now: at(0),
    };
    given::<Check>([]).when(command).rejected(&Rejection::BadName);
    for command in
        [Command::Pause, Command::RequestRun { run_id: RUN, reference: None }, observe(Verdict::Ok, None, 1)]
    {
        given::<Check>([]).when(command).rejected(&Rejection::NotFound);
    }
    given::<Check>([]).when(Command::Remove { now: at(100) }).then([]);
}

// CH-08: the log grows by what turns.
#[test]
fn what_is_found_again_is_not_recorded_again() {
    let ok = || turned(Verdict::Ok, None, 1);
    given::<Check>([defined()]).when(observe(Verdict::Ok, None, 1)).then([ok()]);
    given::<Check>([defined(), ok()]).when(observe(Verdict::Ok, None, 61)).then([]);
    let failing = turned(Verdict::Failing, None, 61);
    given::<Check>([defined(), ok()]).when(observe(Verdict::Failing, None, 61)).then([failing]);
    // CH-04: why nobody can say is worth a word, too.
    let (late, timed_out) = (Some(Reason::Late), Some(Reason::TimedOut));
    given::<Check>([defined(), turned(Verdict::Unknown, late, 1)])
        .when(observe(Verdict::Unknown, timed_out, 2))
        .then([turned(Verdict::Unknown, timed_out, 2)]);
}

// CH-07: a look that is wanted while one is wanted is the same one.
#[test]
fn a_look_is_asked_for_once_and_answered_once() {
    let request = |run_id| Command::RequestRun { run_id, reference: None };
    let requested = || Event::RunRequested { run_id: RUN, reference: None };
    given::<Check>([defined()]).when(request(RUN)).then([requested()]);
    given::<Check>([defined(), requested()]).when(request(OTHER_RUN)).then([]);
    let end = |run_id| Command::EndRun {
        run_id,
        verdict: Verdict::Ok,
        reason: None,
        message: "seen".to_owned(),
        took_ms: 7,
    };
    let ended = || Event::RunEnded {
        run_id: RUN,
        verdict: Verdict::Ok,
        reason: None,
        message: "seen".to_owned(),
        took_ms: 7,
    };
    given::<Check>([defined(), requested()]).when(end(RUN)).then([ended()]);
    given::<Check>([defined(), requested()]).when(end(OTHER_RUN)).then([]);
    given::<Check>([defined(), requested(), ended()]).when(end(RUN)).then([]);
    given::<Check>([defined(), Event::Paused {}]).when(request(RUN)).rejected(&Rejection::Paused);
    let push = Definition { probe: Probe::Push {}, ..definition() };
    let push =
        Event::Defined { name: "site".to_owned(), definition: Box::new(push), since: at(0), file: None };
    given::<Check>([push]).when(request(RUN)).rejected(&Rejection::ReportsByItself);
}

// CH-09, CH-10.
#[test]
fn what_is_wrong_is_one_incident_until_it_is_over() {
    let failing = || turned(Verdict::Failing, None, 1);
    let open = |behind| Command::OpenIncident { incident_id: INCIDENT, behind, now: at(100) };
    given::<Check>([defined(), failing()]).when(open(None)).then([opened(None)]);
    given::<Check>([defined(), failing(), opened(None)]).when(open(None)).then([]);
    given::<Check>([defined(), failing(), opened(None)])
        .when(Command::CloseIncident { now: at(100) })
        .then([closed(None)]);
    given::<Check>([defined(), failing()]).when(Command::CloseIncident { now: at(100) }).then([]);
    let behind = [defined(), failing(), opened(Some(SWITCH))];
    given::<Check>(behind.clone()).when(Command::CloseIncident { now: at(100) }).then([closed(Some(SWITCH))]);
    given::<Check>(behind.clone()).when(Command::DetachIncident { now: at(100) }).then([detached()]);
    given::<Check>([defined(), failing(), opened(None)])
        .when(Command::DetachIncident { now: at(100) })
        .then([]);
    given::<Check>(behind)
        .when(Command::Remove { now: at(100) })
        .then([closed(Some(SWITCH)), Event::Removed {}]);
}

// CH-09: what somebody wanted to hear nothing of last week is told today.
#[test]
fn a_snooze_that_is_over_silences_nothing() {
    let snoozed = Event::Snoozed { until: Some(at(50)) };
    let failing = [defined(), snoozed, turned(Verdict::Failing, None, 1)];
    let wrong = |behind| failing.clone().into_iter().chain([opened(behind)]).collect::<Vec<_>>();
    for (now, told) in [(at(49), Some(at(50))), (at(50), None), (at(100), None)] {
        let open = Command::OpenIncident { incident_id: INCIDENT, behind: None, now };
        given::<Check>(failing.clone()).when(open).then([told_after(opened(None), told)]);
        let detach = Command::DetachIncident { now };
        given::<Check>(wrong(Some(SWITCH))).when(detach).then([told_after(detached(), told)]);
        given::<Check>(wrong(None))
            .when(Command::CloseIncident { now })
            .then([told_after(closed(None), told)]);
    }
}

#[test]
fn somebody_knows_of_it_or_wants_to_hear_nothing() {
    let wrong = [defined(), turned(Verdict::Failing, None, 1), opened(None)];
    let acknowledge = || Command::Acknowledge { note: None };
    let acknowledged = || Event::Acknowledged { incident_id: INCIDENT, note: None };
    given::<Check>(wrong.clone()).when(acknowledge()).then([acknowledged()]);
    given::<Check>(wrong.into_iter().chain([acknowledged()])).when(acknowledge()).then([]);
    given::<Check>([defined()]).when(acknowledge()).rejected(&Rejection::NoIncident);
    let snooze = |until: Option<i64>| Command::Snooze { until: until.map(at), now: at(10) };
    given::<Check>([defined()]).when(snooze(Some(20))).then([Event::Snoozed { until: Some(at(20)) }]);
    given::<Check>([defined()]).when(snooze(Some(10))).rejected(&Rejection::PastMoment);
    given::<Check>([defined()]).when(snooze(None)).then([]);
}
