mod history;

use mediary_schema::{
    JobId,
    preview::{Found, FoundEntry, FoundKind, FoundList},
};

use super::{Command, Event, Preview};
use crate::testing::{given, samples};

const ANOTHER: JobId = JobId::from_uuid(samples::uuid(70));

fn ask(job_id: JobId) -> Command {
    Command::Ask { job_id, url: samples::LIST_URL.to_owned() }
}

fn what() -> Found {
    let title = |title: &str| Some(title.to_owned());
    Found {
        kind: FoundKind::List,
        title: title("Nights under the sky"),
        count: Some(2_031),
        first: vec![FoundEntry { title: title("M31 in one night"), duration_ms: Some(754_000) }],
        lists: Vec::new(),
    }
}

fn asked() -> Event {
    Event::Requested { job_id: samples::JOB, url: samples::LIST_URL.to_owned() }
}

fn found() -> Event {
    Event::Found { job_id: samples::JOB, found: what() }
}

fn tab(title: Option<&str>, name: &str) -> FoundList {
    let url = format!("https://www.youtube.com/@sternwarte-sonneberg/{name}");
    FoundList { title: title.map(str::to_owned), url }
}

/// Where the source says little.
fn found_little() -> Event {
    let first = vec![FoundEntry { title: None, duration_ms: None }];
    let lists = vec![tab(None, "streams")];
    let found = Found { kind: FoundKind::Nested, title: None, count: None, first, lists };
    Event::Found { job_id: samples::JOB, found }
}

/// A channel with tabs.
fn found_tabs() -> Event {
    let lists = vec![tab(Some("Sternwarte Sonneberg - Videos"), "videos"), tab(Some("Shorts"), "shorts")];
    let found = Found { kind: FoundKind::Nested, count: None, lists, ..what() };
    Event::Found { job_id: samples::JOB, found }
}

fn failed() -> Event {
    Event::Failed { job_id: samples::JOB }
}

fn find(job_id: JobId) -> Command {
    Command::Find { job_id, found: what() }
}

#[test]
fn an_address_is_looked_at_as_often_as_somebody_asks() {
    given::<Preview>([]).when(ask(samples::JOB)).then([asked()]);
    given::<Preview>([asked()]).when(find(samples::JOB)).then([found()]);
    let again = Event::Requested { job_id: ANOTHER, url: samples::LIST_URL.to_owned() };
    given::<Preview>([asked(), found()]).when(ask(ANOTHER)).then([again.clone()]);
    given::<Preview>([asked(), failed()]).when(ask(ANOTHER)).then([again]);
}

#[test]
fn whoever_asks_meanwhile_waits_for_the_same() {
    given::<Preview>([asked()]).when(ask(samples::JOB)).then([]);
}

#[test]
fn what_nobody_waits_for_is_not_recorded() {
    for command in [find(samples::JOB), Command::Fail { job_id: samples::JOB }] {
        given::<Preview>([]).when(command.clone()).then([]);
        given::<Preview>([asked(), found()]).when(command).then([]);
    }
    given::<Preview>([asked()]).when(find(ANOTHER)).then([]);
    given::<Preview>([asked()]).when(Command::Fail { job_id: samples::JOB }).then([failed()]);
}
