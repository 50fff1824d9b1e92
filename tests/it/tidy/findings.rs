//! `docs/findings.md` speaks of tests that are there.
//!
//! A row ends with the tests that would fail if the finding came back. A name that no test has any more proves nothing.

use std::collections::BTreeSet;

use super::tree::{Broken, Tree};

const TABLE: &str = "docs/findings.md";
/// Words of a name from which on it is a test's: what is shorter may be a field, an event or a variable.
const WORDS_MIN: usize = 4;

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let Some(table) = tree.text(TABLE) else { return Vec::new() };
    let functions: BTreeSet<&str> = tree.rust_files().flat_map(|(_, text)| functions(text)).collect();
    let mut broken = Vec::new();
    for (index, row) in table.lines().enumerate().filter(|(_, line)| line.starts_with('|')) {
        let end = row.trim_end().trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        for name in names(end).filter(|name| !functions.contains(name)) {
            let message = format!("there is no test {name}: name the one that holds it now");
            broken.push(Broken::line(TABLE, index + 1, message));
        }
    }
    broken
}

/// The names behind each `fn`.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.split("fn ").skip(1).filter_map(|rest| rest.split(|letter: char| !is_of_name(letter)).next())
}

/// The words of a text that look like names of tests.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !is_of_name(letter));
    words.filter(|word| word.split('_').filter(|part| !part.is_empty()).count() >= WORDS_MIN)
}

const fn is_of_name(letter: char) -> bool {
    matches!(letter, 'a'..='z' | '0'..='9' | '_')
}

#[cfg(test)]
mod tests {
    use super::{super::tree, TABLE, rule};

    const TEST: &str = "#[test]\nfn a_row_is_removed_by_two_looks() {}";

    #[test]
    fn a_finding_that_names_no_test_is_found() {
        let row = "| core A1 | ! | 5 | it is lost | mended: a_row_is_removed_by_one_look |";
        let files = [(TABLE, row), ("events/src/tests.rs", TEST)];
        tree::breaks(rule, files, "docs/findings.md:1: there is no test a_row_is_removed_by_one_look");
    }

    #[test]
    fn what_is_named_by_its_module_and_what_is_no_name_are_fine() {
        let row = "| core A1 | ! | 5 | what_is_said_here_is_prose | mended: `tests::a_row_is_removed_by_two_looks`; not_seen_count says more |";
        tree::keeps(rule, [(TABLE, row), ("events/src/tests.rs", TEST)]);
    }
}
