//! Who reads is said in few places: a scope that somebody makes up sees what nobody allowed.

use super::tree::{Broken, Tree};

/// The ways to come by a scope, and the files that may go them.
const WAYS: [(&str, &[&str]); 3] = [
    (
        "Scope::of_session",
        // A session, a command, and a message to a bot, each of somebody who is known by a token.
        &[
            "schema/src/scope.rs",
            "api/src/session.rs",
            "events/log/src/gate/caller.rs",
            "actors/src/bot/answer.rs",
            // A check of events, as anybody who may only read.
            "actors/src/check/kinds/events.rs",
            // What somebody made public, as anybody who may only read.
            "api/src/server/status.rs",
        ],
    ),
    ("Scope::of_platform", &["schema/src/scope.rs", "ops/src/serve/observe.rs"]),
    ("Scope::of_test", &["schema/src/scope.rs"]),
];

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (path, text) in tree.rust_files().filter(|(path, _)| !is_test(path)) {
        for (way, files) in WAYS {
            if text.contains(way) && !files.contains(&path) {
                let advice = format!(
                    "{way} is for {}: take the scope of whoever asks (tests/it/tidy/scopes.rs)",
                    files.join(", ")
                );
                broken.push(Broken::file(path, advice));
            }
        }
    }
    broken
}

fn is_test(path: &str) -> bool {
    let is_beside = path.ends_with("/tests.rs") || path.contains("/tests/");
    is_beside || path.starts_with("tests/") || path.starts_with("benches/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_that_is_made_up_is_found() {
        let bad = Tree::of([("api/src/job/query.rs", "fn all() { let scope = Scope::of_platform(); }")]);
        assert_eq!(rule(&bad).len(), 1);
        let good = Tree::of([("api/src/session.rs", "fn scope() { Scope::of_session(a, b, c) }")]);
        assert!(rule(&good).is_empty());
    }
}
