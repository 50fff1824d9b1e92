//! Who does work knows its workspace and nothing else of the platform: what it names may be in another process.

use super::tree::{Broken, Tree};

/// What stands on the platform's side of the port.
const PLATFORM: [&str; 8] = [
    "mediary_log",
    "mediary_projections",
    "crate::file",
    "crate::job",
    "job::{Attempt",
    "Library",
    "super::Root",
    "super::roots",
];

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (path, text) in tree.rust_files().filter(|(path, _)| is_effect(path)) {
        for name in PLATFORM.iter().filter(|name| text.contains(**name)) {
            let advice = format!(
                "an effect knows only its workspace, and {name} is the platform's: ask for it, or have the clerk do it \
                 (tests/it/tidy/effects.rs)"
            );
            broken.push(Broken::file(path, advice));
        }
    }
    broken
}

fn is_effect(path: &str) -> bool {
    path.starts_with("actors/src/")
        && path.ends_with("/effect.rs")
        && !path.starts_with("actors/src/workspace/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_that_knows_the_log_is_found() {
        let bad = Tree::of([("actors/src/disc/effect.rs", "use mediary_log::gate::Gate;")]);
        assert_eq!(rule(&bad).len(), 1);
        let good = Tree::of([
            ("actors/src/disc/effect.rs", "use crate::workspace::{Effect, Workspace};"),
            ("actors/src/disc/clerk.rs", "use mediary_log::gate::Transaction;"),
        ]);
        assert!(rule(&good).is_empty());
    }
}
