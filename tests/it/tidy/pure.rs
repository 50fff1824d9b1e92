//! What is decided and what is folded depends on the recorded events and on what the command says, and on nothing else.
//!
//! The order in which a map happens to hold what is in it is another such thing: lints refuse to go over one.

use super::{
    tree::{Broken, Tree},
    uses::{Named, StartsWithPath as _, is_test},
};

/// What is otherwise the second time, or elsewhere.
const FOREIGN: &[&[&str]] = &[
    &["std", "env"],
    &["std", "fs"],
    &["std", "net", "TcpListener"],
    &["std", "net", "TcpStream"],
    &["std", "net", "UdpSocket"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
    &["getrandom"],
    &["rand"],
    &["rustix"],
    &["tokio"],
    &["mediary_schema", "Clock"],
    &["mediary_schema", "IdSource"],
    &["Clock", "system"],
    &["IdSource", "system"],
];

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (path, text) in tree.rust_files().filter(|(path, _)| is_pure(path)) {
        let named = match Named::of(path, text) {
            Ok(named) => named,
            Err(unreadable) => {
                broken.push(unreadable);
                continue;
            }
        };
        for (segments, span) in &named.paths {
            if let Some(foreign) = FOREIGN.iter().find(|foreign| segments.starts_with_path(foreign)) {
                let what = foreign.join("::");
                broken.push(Broken::at(
                    path,
                    *span,
                    format!("{what} in a pure function: take it as a value"),
                ));
            }
        }
    }
    broken
}

/// Files of a folder beside the views that is none: the store of samples writes by itself what it is told.
const STORE: [&str; 2] = ["projections/src/telemetry/file.rs", "projections/src/telemetry/handle.rs"];

/// The vocabulary, and of each view what is folded and asked; not what feeds views, of today, of the past and of a replay, nor how they are known while they run.
fn is_pure(path: &str) -> bool {
    let is_vocabulary = path.starts_with("events/src/") && !path.starts_with("events/src/testing");
    let is_view = path.strip_prefix("projections/src/").and_then(|path| path.split_once('/'));
    let is_view =
        is_view.is_some_and(|(folder, _)| !["tests", "rows", "past", "replay", "handle"].contains(&folder));
    (is_vocabulary || is_view) && !is_test(path) && !STORE.contains(&path)
}

#[cfg(test)]
mod tests {
    use super::{super::tree, rule};

    #[test]
    fn a_decider_that_looks_at_the_world_is_found() {
        for text in [
            "use std::time::{Duration, SystemTime};",
            "fn decide() { let _ = std::fs::exists(\"x\"); }",
            "use mediary_schema::{Clock, JobId};",
            "fn roll() -> u32 { rand::random() }",
        ] {
            for path in ["events/src/job/decide.rs", "projections/src/job/project.rs"] {
                let found = tree::messages(rule, [(path, text)]);
                assert_eq!(found.len(), 1, "{path}: {text}: {found:?}");
            }
        }
    }

    #[test]
    fn tests_and_what_feeds_a_view_may_look_at_it() {
        tree::keeps(
            rule,
            [
                ("events/src/job/tests.rs", "use std::fs;"),
                ("events/src/job/backoff.rs", "use std::time::Duration;"),
                ("projections/src/feed.rs", "use tokio::time::Instant;"),
            ],
        );
    }
}
