//! The rules that there are without anybody having added them: each is removed, or replaced, like any other.

use std::{collections::BTreeMap, sync::LazyLock};

use mediary_schema::notification::{Condition, Rule, Severity, Test, Then, Wording};

static STANDARD: LazyLock<BTreeMap<String, Rule>> = LazyLock::new(made);

/// The standard rules, by their names.
pub fn standard() -> &'static BTreeMap<String, Rule> {
    &STANDARD
}

/// A channel that takes nothing so often in a row is no short disturbance: some minutes, as the waits between grow.
const FAILURES: u64 = 4;

const UNSENT: &str = "{{ failure.message }}\n`mediary notification outbox list --channel '{{ channel }}'` shows what it did not take.";
const NOT_DONE: &str = "{{ not_done.message }} ({{ not_done.code }})\n`mediary schedule show '{{ it }}'` says when it comes again.";
const UNWATCHED: &str = "{{ reason }}\nIt goes on once somebody who may adds the folder again.";
const ROOT_AWAY: &str = "No file of it is taken for lost, and what needs it waits.";
const HALTED: &str = "{{ reason }}\n`mediary concern resume {{ part }}` starts it again.";

const FAILING: &str = "{{ it }} is failing";
const FAILING_AGAIN: &str = "{{ it }} is still failing";
const FAILING_STILL: &str = "{{ it }} is failing by itself, too";

fn made() -> BTreeMap<String, Rule> {
    use Severity::{Error, Info, Urgent, Warning};
    let (failure, unsent) = (Some("{{ failure.message }}"), Some(UNSENT));
    let some = |field: &str, is: Test| vec![Condition { field: field.to_owned(), is }];
    let none = || Test::Equals("0".to_owned());
    let work = |kind: &str| some("work.kind", Test::Equals(kind.to_owned()));
    // What happens to a job is told of the thing that the work is for, in place of what was told of that.
    let of_list = |rule: Rule| Rule { about: Some("playlist".to_owned()), when: work("refresh"), ..rule };
    let of_download =
        |rule: Rule| Rule { about: Some("download".to_owned()), when: work("download"), ..rule };
    let of_channel = |rule: Rule| Rule { topic: Some("channel {{ channel }}".to_owned()), ..rule };
    let of_part = |rule: Rule| Rule { topic: Some("{{ part }}".to_owned()), ..rule };
    let of_root = |rule: Rule| Rule { about: Some("root".to_owned()), ..rule };
    let if_so = |when: Vec<Condition>, rule: Rule| Rule { when, ..rule };
    [
        ("listing-started", of_list(raised("job.started", Info, "{{ it }} is being listed", None))),
        // Until it begins anew. A listing that a person ends leaves no other word.
        ("listing-paused", of_list(resolved("job.paused"))),
        ("listing-cancelled", of_list(resolved("job.cancelled"))),
        ("listing-failed", raised("playlist.refresh_failed", Error, "{{ it }} could not be listed", failure)),
        (
            "listing-new",
            if_so(
                some("counts.added", Test::Greater(0)),
                raised("playlist.refresh_completed", Info, "{{ it }}: {{ counts.added }} new", None),
            ),
        ),
        (
            "listing-unchanged",
            if_so(
                some("counts.added", none()),
                raised("playlist.refresh_completed", Info, "{{ it }}: nothing new", None),
            ),
        ),
        ("download-started", of_download(raised("job.started", Info, "{{ it }} is being fetched", None))),
        ("download-paused", of_download(resolved("job.paused"))),
        ("download-failed", raised("download.failed", Error, "{{ it }} could not be kept", failure)),
        ("download-done", raised("download.completed", Info, "{{ it }} is kept", None)),
        ("download-cancelled", resolved("download.cancelled")),
        ("transcode-failed", raised("transcode.failed", Error, "{{ it }} could not be transcoded", failure)),
        ("transcode-done", raised("transcode.completed", Info, "{{ it }} is transcoded", None)),
        (
            "transcode-larger",
            raised("transcode.came_out_larger", Info, "{{ it }} would be larger and stays as it is", None),
        ),
        ("transcode-fits", resolved("transcode.found_fit")),
        ("transcode-cancelled", resolved("transcode.cancelled")),
        ("taking-failed", if_so(work("adopt"), raised("job.failed", Error, "{{ it }} could not be taken", failure))),
        ("taking-done", if_so(work("adopt"), resolved("job.succeeded"))),
        ("watch-stopped", raised("watch.stopped", Error, "Nothing is taken from {{ it }}", Some(UNWATCHED))),
        ("watch-goes-on", resolved("watch.added")),
        ("watch-removed", resolved("watch.removed")),
        ("file-changed", raised("file.changed", Error, "Other bytes are in {{ it }}", None)),
        ("file-lost", raised("file.lost", Warning, "{{ it }} is gone", None)),
        ("file-found", resolved("file.found")),
        ("file-moved", resolved("file.moved")),
        ("root-away", of_root(raised("root.went_away", Error, "{{ it }} is not there", Some(ROOT_AWAY)))),
        ("root-back", of_root(resolved("root.came_back"))),
        (
            "trash-full",
            Rule {
                when: some("hold.reason.trash_full.bytes", Test::Greater(0)),
                topic: Some("{{ hold.lane }}".to_owned()),
                ..raised(
                    "lane.held",
                    Warning,
                    "Deleting waits: the trash is full",
                    Some(
                        "{{ hold.reason.trash_full.bytes }} bytes more are to go into it, and will once there is room.\n`mediary trash show` says how full it is; `mediary trash set --limit BYTES` lets it hold more.",
                    ),
                )
            },
        ),
        (
            "trash-has-room",
            Rule {
                when: some("lane", Test::Equals("file_trash".to_owned())),
                topic: Some("{{ lane }}".to_owned()),
                ..resolved("lane.released")
            },
        ),
        (
            "schedule-failed",
            if_so(
                some("not_done", Test::Present(true)),
                raised("schedule.fired", Warning, "The schedule {{ it }} came to nothing", Some(NOT_DONE)),
            ),
        ),
        ("schedule-done", if_so(some("not_done", Test::Present(false)), resolved("schedule.fired"))),
        ("schedule-removed", resolved("schedule.removed")),
        (
            "channel-dead",
            of_channel(if_so(
                some("again_at", Test::Present(false)),
                raised(
                    "delivery.failed",
                    Error,
                    "The channel {{ channel }} does not take what is sent",
                    unsent,
                ),
            )),
        ),
        (
            "channel-failing",
            of_channel(if_so(
                [some("again_at", Test::Present(true)), some("failures", Test::Greater(FAILURES))].concat(),
                raised("delivery.failed", Warning, "The channel {{ channel }} takes nothing now", unsent),
            )),
        ),
        ("channel-back", of_channel(resolved("delivery.completed"))),
        ("check-unknown", nobody_can_say()),
        ("check-known", Rule { when: some("verdict", one_of(&["ok", "failing"])), ..of_unknown(resolved("check.turned")) }),
        ("check-well", when_told("check.incident_closed", Info, "{{ it }} is well again", None)),
        ("check-failing-info", when_told("check.incident_opened", Info, FAILING, Some(Info))),
        ("check-failing-warning", when_told("check.incident_opened", Warning, FAILING, Some(Warning))),
        ("check-failing", when_told("check.incident_opened", Error, FAILING, Some(Error))),
        ("check-failing-urgent", when_told("check.incident_opened", Urgent, FAILING, Some(Urgent))),
        ("check-failing-still-info", when_told("check.incident_detached", Info, FAILING_STILL, Some(Info))),
        ("check-failing-still-warning", when_told("check.incident_detached", Warning, FAILING_STILL, Some(Warning))),
        ("check-failing-still", when_told("check.incident_detached", Error, FAILING_STILL, Some(Error))),
        ("check-failing-still-urgent", when_told("check.incident_detached", Urgent, FAILING_STILL, Some(Urgent))),
        ("check-failing-again-info", when_told("check.incident_reminded", Info, FAILING_AGAIN, Some(Info))),
        ("check-failing-again-warning", when_told("check.incident_reminded", Warning, FAILING_AGAIN, Some(Warning))),
        ("check-failing-again", when_told("check.incident_reminded", Error, FAILING_AGAIN, Some(Error))),
        ("check-failing-again-urgent", when_told("check.incident_reminded", Urgent, FAILING_AGAIN, Some(Urgent))),
        ("check-removed", resolved("check.removed")),
        ("part-halted", of_part(raised("worker.part_halted", Urgent, "{{ part }} is halted", Some(HALTED)))),
        ("part-resumed", of_part(resolved("worker.part_resumed"))),
        // Whatever was halted runs again.
        ("worker-joined", resolved("worker.joined")),
    ]
    .into_iter()
    .map(|(name, rule)| (name.to_owned(), rule))
    .collect()
}

fn raised(event: &str, severity: Severity, title: &str, body: Option<&str>) -> Rule {
    let wording =
        Wording { severity, title: title.to_owned(), body: body.map(str::to_owned), channels: Vec::new() };
    Rule { event: event.to_owned(), when: Vec::new(), about: None, topic: None, then: Then::Raise(wording) }
}

fn resolved(event: &str) -> Rule {
    Rule { event: event.to_owned(), when: Vec::new(), about: None, topic: None, then: Then::Resolve {} }
}

fn one_of(words: &[&str]) -> Test {
    Test::OneOf(words.iter().map(|word| (*word).to_owned()).collect())
}

/// What nobody can say is told beside what is wrong, and ends by itself.
fn of_unknown(rule: Rule) -> Rule {
    Rule { topic: Some("unknown".to_owned()), ..rule }
}

fn nobody_can_say() -> Rule {
    let is = |field: &str, is: Test| Condition { field: field.to_owned(), is };
    let when = vec![
        is("verdict", Test::Equals("unknown".to_owned())),
        is("reason", one_of(&["could_not_run", "timed_out", "late"])),
    ];
    let title = "Nobody can say how {{ it }} is";
    Rule { when, ..of_unknown(raised("check.turned", Severity::Warning, title, Some("{{ message }}"))) }
}

/// What happens to an incident that is none of another check's, while nobody wants to hear nothing of it.
fn when_told(event: &str, severity: Severity, title: &str, of: Option<Severity>) -> Rule {
    let is = |field: &str, is: Test| Condition { field: field.to_owned(), is };
    let mut when = vec![is("behind", Test::Present(false)), is("snoozed_until", Test::Present(false))];
    when.extend(of.map(|severity| is("severity", Test::Equals(severity.name().to_owned()))));
    Rule { when, ..raised(event, severity, title, Some("{{ message }}")) }
}
