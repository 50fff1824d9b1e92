//! Every version of an event that was ever written has a golden file: bytes can't be renamed.
//!
//! `events/src/<concern>/history/<stored name>.v<major>.json` for each major from 1 to the one in `Concern::EVENTS`,
//! and `….v<major>.<minor>.json` for each minor of it; that it can still be read is for the tests of the concern.

use std::collections::BTreeMap;

use syn::{
    Expr, ExprCall, Lit,
    visit::{self, Visit},
};

use super::tree::{self, Broken, Tree};

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut kinds: BTreeMap<&str, Vec<Kind>> = BTreeMap::new();
    let mut broken = Vec::new();
    for (path, text) in tree.rust_files() {
        let Some((concern, inside)) = path.strip_prefix("events/src/").and_then(|path| path.split_once('/'))
        else {
            continue;
        };
        if inside.starts_with("tests") || tree.text(&format!("events/src/{concern}/decide.rs")).is_none() {
            continue;
        }
        match tree::parse(path, text) {
            Ok(file) => {
                let mut found = Kinds::default();
                found.visit_file(&file);
                kinds.entry(concern).or_default().extend(found.kinds);
            }
            Err(unreadable) => broken.push(unreadable),
        }
    }
    for (concern, kinds) in kinds {
        broken.extend(missing(tree, concern, &kinds));
        broken.extend(strange(tree, concern, &kinds));
    }
    broken
}

fn missing(tree: &Tree, concern: &str, kinds: &[Kind]) -> Vec<Broken> {
    kinds
        .iter()
        .flat_map(|kind| kind.versions().map(move |version| golden(concern, &kind.name, &version)))
        .filter(|path| tree.text(path).is_none())
        .map(|path| Broken::file(&path, "is missing: a version that is written must stay readable for ever"))
        .collect()
}

/// A golden file that belongs to no event: its event was renamed, and what is stored can't be read any more.
fn strange(tree: &Tree, concern: &str, kinds: &[Kind]) -> Vec<Broken> {
    let known = |file: &str| {
        // How far the minors of an older major went stands nowhere but here.
        let older = |kind: &Kind| {
            let rest =
                file.strip_prefix(&format!("{}.v", kind.name)).and_then(|rest| rest.strip_suffix(".json"));
            let major =
                rest.and_then(|rest| rest.split('.').next()).and_then(|major| major.parse::<u8>().ok());
            major.is_some_and(|major| (1..kind.major).contains(&major))
        };
        let named =
            |kind: &Kind| kind.versions().any(|version| file == format!("{}.v{version}.json", kind.name));
        // The words that each version knows: the history test of the concern writes and holds it.
        file == "variants.json" || kinds.iter().any(|kind| named(kind) || older(kind))
    };
    let folder = format!("events/src/{concern}/history");
    tree.below(&folder)
        .filter(|file| !known(file))
        .map(|file| {
            let message = "belongs to no version in Concern::EVENTS (<stored name>.v<major>.json): a stored name is \
                           never changed or dropped";
            Broken::file(&format!("{folder}/{file}"), message)
        })
        .collect()
}

fn golden(concern: &str, name: &str, version: &str) -> String {
    format!("events/src/{concern}/history/{name}.v{version}.json")
}

struct Kind {
    name: String,
    major: u8,
    minor: u8,
}

impl Kind {
    /// The versions that must have a golden file, as their names say them.
    fn versions(&self) -> impl Iterator<Item = String> {
        let major = self.major;
        let majors = (1..=major).map(|major| major.to_string());
        majors.chain((1..=self.minor).map(move |minor| format!("{major}.{minor}")))
    }
}

/// The calls `EventKind::new("...", 1, 0)` of a file.
#[derive(Default)]
struct Kinds {
    kinds: Vec<Kind>,
}

impl<'ast> Visit<'ast> for Kinds {
    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if is_new(&call.func) {
            let literals: Vec<&Lit> = call.args.iter().filter_map(literal).collect();
            if let [Lit::Str(name), Lit::Int(major), Lit::Int(minor)] = literals.as_slice()
                && let (Ok(major), Ok(minor)) = (major.base10_parse(), minor.base10_parse())
            {
                self.kinds.push(Kind { name: name.value(), major, minor });
            }
        }
        visit::visit_expr_call(self, call);
    }
}

/// Whether it is `EventKind::new`.
fn is_new(function: &Expr) -> bool {
    let Expr::Path(path) = function else { return false };
    let words: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    words.ends_with(&["EventKind".to_owned(), "new".to_owned()])
}

fn literal(expression: &Expr) -> Option<&Lit> {
    match expression {
        Expr::Lit(literal) => Some(&literal.lit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tree, rule};

    const DECIDE: &str = "impl Concern for Job {\n    const EVENTS: &'static [EventKind] =\n        \
                          &[EventKind::new(\"queued\", 2, 0), EventKind::new(\"done\", 1, 0)];\n}";

    #[test]
    fn whole_history_is_fine() {
        tree::keeps(
            rule,
            [
                ("events/src/job/decide.rs", DECIDE),
                ("events/src/job/history/queued.v1.json", "{}"),
                ("events/src/job/history/queued.v2.json", "{}"),
                ("events/src/job/history/done.v1.json", "{}"),
            ],
        );
    }

    #[test]
    fn a_minor_without_a_golden_file_is_found() {
        let kinds = "const EVENTS: &[EventKind] = &[EventKind::new(\"done\", 1, 1)];";
        tree::breaks(
            rule,
            [("events/src/job/decide.rs", kinds), ("events/src/job/history/done.v1.json", "{}")],
            "events/src/job/history/done.v1.1.json: is missing",
        );
    }

    #[test]
    fn a_version_without_a_golden_file_is_found() {
        tree::breaks(
            rule,
            [
                ("events/src/job/decide.rs", DECIDE),
                ("events/src/job/history/queued.v2.json", "{}"),
                ("events/src/job/history/done.v1.json", "{}"),
            ],
            "events/src/job/history/queued.v1.json: is missing",
        );
    }

    #[test]
    fn a_golden_file_whose_event_was_renamed_is_found() {
        let kinds = "const EVENTS: &[EventKind] = &[EventKind::new(\"done\", 1, 0)];";
        tree::breaks(
            rule,
            [
                ("events/src/job/decide.rs", kinds),
                ("events/src/job/history/done.v1.json", "{}"),
                ("events/src/job/history/finished.v1.json", "{}"),
            ],
            "events/src/job/history/finished.v1.json: belongs to no version",
        );
    }
}
