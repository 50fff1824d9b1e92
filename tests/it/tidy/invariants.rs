//! `docs/invariants.md` and the tests speak of the same invariants.
//!
//! A test says which it holds by a line above it, `// invariant: L-1, L-2`. In the table an invariant
//! is `held` (then a test must name it) or `planned` (then none has to, yet).

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Broken, Tree};

const TABLE: &str = "docs/invariants.md";
const TAG: &str = "// invariant:";

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let Some(table) = tree.text(TABLE) else { return Vec::new() };
    let (invariants, mut broken) = invariants(table);
    let (named, misplaced) = named(tree);
    broken.extend(misplaced);
    for (id, path, line) in &named {
        if !invariants.contains_key(id.as_str()) {
            broken.push(Broken::line(path, *line, format!("{id} is not in {TABLE}")));
        }
    }
    let named: BTreeSet<&str> = named.iter().map(|(id, ..)| id.as_str()).collect();
    for (id, row) in &invariants {
        if row.held && !named.contains(id) {
            let message =
                format!("{id} is held, but no test says `{TAG} {id}`: tag the test, or write planned");
            broken.push(Broken::line(TABLE, row.line, message));
        }
    }
    broken
}

struct Row {
    line: usize,
    held: bool,
}

/// The rows `| L-1 | sentence | … | held |` of the table by id, and those that are not well formed.
fn invariants(table: &str) -> (BTreeMap<&str, Row>, Vec<Broken>) {
    let mut rows = BTreeMap::new();
    let mut broken = Vec::new();
    for (index, text) in table.lines().enumerate() {
        let line = index + 1;
        let cells: Vec<&str> = text.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [id, .., state] = cells.as_slice() else { continue };
        if !text.starts_with('|') || !is_id(id) {
            continue;
        }
        let held = match *state {
            "held" => true,
            "planned" => false,
            other => {
                broken.push(Broken::line(TABLE, line, format!("{id} is {other:?}: write held or planned")));
                continue;
            }
        };
        if rows.insert(*id, Row { line, held }).is_some() {
            broken.push(Broken::line(
                TABLE,
                line,
                format!("{id} is there twice: ids are for ever, take the next number"),
            ));
        }
    }
    (rows, broken)
}

/// An id is capitals, a dash, a number: `L-1`.
fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(room, number)| {
        !room.is_empty()
            && room.bytes().all(|byte| byte.is_ascii_uppercase())
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

type Named = (String, String, usize);

/// Every id that a test names, with its place, and the tags that stand above no test.
fn named(tree: &Tree) -> (Vec<Named>, Vec<Broken>) {
    let mut named = Vec::new();
    let mut misplaced = Vec::new();
    for (path, text) in tree.rust_files() {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            let Some(ids) = line.strip_prefix(TAG) else { continue };
            if !above_a_test(&lines, index) {
                misplaced.push(Broken::line(path, index + 1, format!("`{TAG}` stands above no test")));
            }
            let ids = ids.split(',').map(|id| id.trim().to_owned());
            named.extend(ids.map(|id| (id, path.to_owned(), index + 1)));
        }
    }
    (named, misplaced)
}

/// Whether the comments and attributes around a tag lead to a function and say that it is a test.
fn above_a_test(lines: &[&str], tag: usize) -> bool {
    let is_decoration = |line: &&&str| line.starts_with("//") || line.starts_with("#[");
    let before = lines[..tag].iter().rev().take_while(is_decoration);
    let after = lines[tag..].iter().take_while(is_decoration);
    let leads_to_function =
        lines[tag..].iter().find(|line| !is_decoration(line)).is_some_and(|line| line.contains("fn "));
    let mut attributes = before.chain(after).filter(|line| line.starts_with("#["));
    leads_to_function && attributes.any(|line| line.contains("test"))
}

#[cfg(test)]
mod tests {
    use super::{super::tree, TABLE, TAG, rule};

    const ONE_HELD: &str =
        "| id | invariant | state |\n|---|---|---|\n| L-1 | no gap | held |\n| L-2 | no loss | planned |\n";

    fn tagged(ids: &str) -> String {
        format!("{TAG} {ids}\n#[test]\nfn positions_have_no_gap() {{}}")
    }

    #[test]
    fn a_held_invariant_without_a_test_is_found() {
        tree::breaks(rule, [(TABLE, ONE_HELD)], "docs/invariants.md:3: L-1 is held, but no test says");
    }

    #[test]
    fn a_tag_of_no_invariant_is_found() {
        let test = tagged("L-1, L-9");
        tree::breaks(
            rule,
            [(TABLE, ONE_HELD), ("tests/it/log.rs", test.as_str())],
            "tests/it/log.rs:1: L-9 is not in",
        );
    }

    #[test]
    fn a_tag_above_no_test_is_found() {
        let helper = format!("{TAG} L-1\nfn helper() {{}}");
        let files = [(TABLE, ONE_HELD), ("tests/it/log.rs", helper.as_str())];
        tree::breaks(rule, files, "tests/it/log.rs:1: `// invariant:` stands above no test");
    }

    #[test]
    fn a_state_that_says_nothing_and_an_id_used_twice_are_found() {
        tree::breaks(rule, [(TABLE, "| L-1 | no gap | maybe |")], "docs/invariants.md:1: L-1 is \"maybe\"");
        let twice = "| L-1 | no gap | planned |\n| L-1 | no loss | planned |";
        tree::breaks(rule, [(TABLE, twice)], "docs/invariants.md:2: L-1 is there twice");
    }

    #[test]
    fn a_tag_above_or_below_the_attribute_is_fine() {
        let below = format!("#[tokio::test]\n{TAG} L-1, L-2\nasync fn positions_have_no_gap() {{}}");
        for test in [tagged("L-1"), below] {
            tree::keeps(rule, [(TABLE, ONE_HELD), ("events/log/src/log/tests.rs", test.as_str())]);
        }
    }
}
