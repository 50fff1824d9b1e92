//! The rules that there are without anybody having added them: each is removed, or replaced, like any other.

use std::{collections::BTreeMap, sync::LazyLock};

use mediary_schema::notification::{Condition, Rule, Severity, Test, Then, Wording};

static STANDARD: LazyLock<BTreeMap<String, Rule>> = LazyLock::new(made);

/// The standard rules, by their names.
pub fn standard() -> &'static BTreeMap<String, Rule> {
    &STANDARD
}

fn made() -> BTreeMap<String, Rule> {
    use Severity::{Error, Info, Urgent, Warning};
    let failure = Some("{{ failure.message }}");
    let some = |field: &str, is: Test| vec![Condition { field: field.to_owned(), is }];
    let none = || Test::Equals("0".to_owned());
    [
        ("listing-failed", raised("playlist.refresh_failed", Error, "{{ it }} could not be listed", failure)),
        (
            "listing-new",
            Rule {
                when: some("counts.added", Test::Greater(0)),
                ..raised("playlist.refresh_completed", Info, "{{ it }}: {{ counts.added }} new", None)
            },
        ),
        (
            "listing-unchanged",
            Rule {
                when: some("counts.added", none()),
                ..raised("playlist.refresh_completed", Info, "{{ it }}: nothing new", None)
            },
        ),
        ("download-failed", raised("download.failed", Error, "{{ it }} could not be kept", failure)),
        ("download-done", raised("download.completed", Info, "{{ it }} is kept", None)),
        ("download-cancelled", resolved("download.cancelled")),
        ("file-changed", raised("file.changed", Error, "Other bytes are in {{ it }}", None)),
        ("file-lost", raised("file.lost", Warning, "{{ it }} is gone", None)),
        ("file-found", resolved("file.found")),
        ("file-moved", resolved("file.moved")),
        (
            "part-halted",
            Rule {
                topic: Some("{{ part }}".to_owned()),
                ..raised(
                    "worker.part_halted",
                    Urgent,
                    "{{ part }} is halted",
                    Some("{{ reason }}\n`mediary concern resume {{ part }}` starts it again."),
                )
            },
        ),
        ("part-resumed", Rule { topic: Some("{{ part }}".to_owned()), ..resolved("worker.part_resumed") }),
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
    Rule { event: event.to_owned(), when: Vec::new(), topic: None, then: Then::Raise(wording) }
}

fn resolved(event: &str) -> Rule {
    Rule { event: event.to_owned(), when: Vec::new(), topic: None, then: Then::Resolve {} }
}
