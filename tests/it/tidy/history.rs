//! Every version of an event that was ever written has a golden file: bytes can't be renamed.
//!
//! `events/src/<concern>/history/<stored name>.v<schema>.json` for each version from 1 to the one in
//! `Concern::EVENTS`; that it can still be read is for the tests of the concern.

use std::collections::BTreeMap;

use syn::{
    Expr, ExprStruct, Lit, Member,
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
        .flat_map(|kind| (1..=kind.schema).map(move |schema| golden(concern, &kind.name, schema)))
        .filter(|path| tree.text(path).is_none())
        .map(|path| Broken::file(&path, "is missing: a version that is written must stay readable for ever"))
        .collect()
}

/// A golden file that belongs to no event: its event was renamed, and what is stored can't be read any more.
fn strange(tree: &Tree, concern: &str, kinds: &[Kind]) -> Vec<Broken> {
    let known = |file: &str| {
        let versions = kinds.iter().flat_map(|kind| (1..=kind.schema).map(move |schema| (kind, schema)));
        versions.into_iter().any(|(kind, schema)| file == format!("{}.v{schema}.json", kind.name))
    };
    let folder = format!("events/src/{concern}/history");
    tree.below(&folder)
        .filter(|file| !known(file))
        .map(|file| {
            let message = "belongs to no version in Concern::EVENTS (<stored name>.v<schema>.json): a stored name is \
                           never changed or dropped";
            Broken::file(&format!("{folder}/{file}"), message)
        })
        .collect()
}

fn golden(concern: &str, name: &str, schema: u16) -> String {
    format!("events/src/{concern}/history/{name}.v{schema}.json")
}

struct Kind {
    name: String,
    schema: u16,
}

/// The literals `EventKind { name: "...", schema: 1 }` of a file.
#[derive(Default)]
struct Kinds {
    kinds: Vec<Kind>,
}

impl<'ast> Visit<'ast> for Kinds {
    fn visit_expr_struct(&mut self, expression: &'ast ExprStruct) {
        if expression.path.segments.last().is_some_and(|last| last.ident == "EventKind")
            && let (Some(Lit::Str(name)), Some(Lit::Int(schema))) =
                (literal(expression, "name"), literal(expression, "schema"))
            && let Ok(schema) = schema.base10_parse()
        {
            self.kinds.push(Kind { name: name.value(), schema });
        }
        visit::visit_expr_struct(self, expression);
    }
}

fn literal<'a>(expression: &'a ExprStruct, field: &str) -> Option<&'a Lit> {
    let value = expression
        .fields
        .iter()
        .find(|value| matches!(&value.member, Member::Named(name) if name == field))?;
    match &value.expr {
        Expr::Lit(literal) => Some(&literal.lit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tree, rule};

    const DECIDE: &str = "impl Concern for Job {\n    const EVENTS: &'static [EventKind] =\n        \
                          &[EventKind { name: \"queued\", schema: 2 }, EventKind { name: \"done\", schema: 1 }];\n}";

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
        let kinds = "const EVENTS: &[EventKind] = &[EventKind { name: \"done\", schema: 1 }];";
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
