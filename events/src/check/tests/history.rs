use mediary_schema::check::Report;

use super::{super::Check, *};
use crate::testing::history;

fn samples() -> Vec<Event> {
    let timing = Timing::Cron { expression: "0 3 * * *".to_owned(), zone: "Europe/Berlin".to_owned() };
    let argv = ["/usr/local/bin/check-backup", "--days", "1"].map(str::to_owned).to_vec();
    let secrets = [("TOKEN".to_owned(), "backup".to_owned())].into();
    let backup = Definition {
        probe: Probe::Command { argv, secrets },
        rhythm: Rhythm { timing, jitter_seconds: 600 },
        timeout_seconds: 300,
        is_inverted: true,
        thresholds: vec![Threshold {
            value: "latency".to_owned(),
            min: None,
            max: Bound::try_from(0.5).ok(),
        }],
        alerting: Alerting {
            repeat_seconds: Some(3_600),
            fail_after: 2,
            fail_of: Some(3),
            clear_after: 2,
            severity: Severity::Urgent,
            channels: vec!["mail".to_owned()],
        },
        maintenance: vec![Maintenance {
            timing: Timing::Cron { expression: "30 1 * * *".to_owned(), zone: "Europe/Berlin".to_owned() },
            seconds: 7_200,
        }],
        depends_on: [SWITCH].into(),
        group: Some("nas".to_owned()),
        tags: ["night".to_owned()].into(),
        links: [("runbook".to_owned(), "https://wiki.example/backup".to_owned())].into(),
        is_public: true,
    };
    let of = |probe| Event::Defined {
        name: "one".to_owned(),
        definition: Box::new(Definition {
            probe,
            depends_on: [].into(),
            alerting: Alerting::default(),
            ..definition()
        }),
        since: at(0),
        file: Some("home.toml".to_owned()),
    };
    let text = str::to_owned;
    let json = JsonExpectation { pointer: text("/status"), equals: Some(text("up")) };
    let expect = HttpExpectation {
        status: vec![200, 204],
        body: Some(text("welcome")),
        json: Some(json),
        headers: [(text("server"), text("nginx"))].into(),
        latency_max_ms: Some(800),
        stays: true,
    };
    let (name, host, path) = (|| text("example.org"), || text("nas.example"), || text("/srv"));
    let probes = [
        Probe::Http { url: text("https://example.org/health"), expect },
        Probe::Tcp { host: host(), port: 22 },
        Probe::Tls { host: host(), port: 443, days_min: 14 },
        Probe::Dns {
            name: name(),
            record: RecordType::Aaaa,
            expect: vec![text("2001:db8::1")],
            server: Some(text("192.0.2.1")),
        },
        Probe::Domain { name: name(), days_min: 30 },
        Probe::Ping { host: host() },
        Probe::Disk { path: path(), free_min_percent: Some(10), free_min_bytes: Some(1 << 30) },
        Probe::Process { name: text("nginx"), count_min: 1 },
        Probe::FileAge { path: path(), age_max_seconds: 86_400 },
        Probe::Nats { url: text("nats://nas.example:4222") },
        Probe::Docker { container: text("web"), socket: text("/var/run/docker.sock") },
        Probe::Events { event: text("download.completed"), age_max_seconds: 604_800 },
        Probe::Push {},
    ];
    let of_time = [
        Event::Paused {},
        Event::Resumed { since: at(60) },
        Event::Removed {},
        Event::RunRequested { run_id: RUN, reference: None },
        Event::RunRequested { run_id: RUN, reference: Some(text("0123abc")) },
        Event::RunEnded {
            run_id: RUN,
            verdict: Verdict::Unknown,
            reason: Some(Reason::TimedOut),
            message: text("took too long"),
            took_ms: 30_000,
        },
        Event::RunEnded { run_id: RUN, verdict: Verdict::Ok, reason: None, message: text("up"), took_ms: 3 },
    ];
    let turns = Reason::ALL.map(|reason| turned(Verdict::Unknown, Some(reason), 1));
    let of_trouble = [
        turned(Verdict::Ok, None, 1),
        Event::Turned {
            verdict: Verdict::Failing,
            reason: None,
            message: text("no report"),
            at: at(9),
            run_id: None,
        },
        opened(None),
        Event::IncidentOpened {
            incident_id: INCIDENT,
            severity: Severity::Warning,
            message: text("down"),
            behind: Some(SWITCH),
            snoozed_until: Some(at(99)),
            channels: vec![],
        },
        Event::IncidentDetached {
            incident_id: INCIDENT,
            severity: Severity::Error,
            message: text("down"),
            snoozed_until: Some(at(99)),
            channels: vec![text("mail")],
        },
        closed(None),
        Event::IncidentClosed {
            incident_id: INCIDENT,
            message: text("up"),
            behind: Some(SWITCH),
            snoozed_until: Some(at(99)),
            channels: vec![],
        },
        Event::IncidentReminded {
            incident_id: INCIDENT,
            severity: Severity::Urgent,
            message: text("refused"),
            channels: vec![text("mail")],
        },
        Event::Acknowledged { incident_id: INCIDENT, note: Some(text("on my way")) },
        Event::Acknowledged { incident_id: INCIDENT, note: None },
        Event::Snoozed { until: Some(at(99)) },
        Event::Snoozed { until: None },
        Event::Reported {
            report: Box::new(Report {
                month: "2026-11".parse().expect("it is a month"),
                zone: text("Europe/Berlin"),
                from: at(0),
                until: at(240),
                up_minutes: 2,
                down_minutes: 1,
                unwatched_minutes: 1,
                minutes: text("2u1d1n"),
                exact_since: at(60),
            }),
        },
    ];
    [Event::Defined { name: text("backup"), definition: Box::new(backup), since: at(0), file: None }]
        .into_iter()
        .chain(probes.map(of))
        .chain(of_time)
        .chain(turns)
        .chain(of_trouble)
        .collect()
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Check>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/check/history"), &samples());
}
