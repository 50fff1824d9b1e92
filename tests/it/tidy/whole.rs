//! A file of the platform's own is written by `events/log/src/whole.rs`: whole or not at all, durable, its owner's alone.
//!
//! Found is what makes, writes or renames a file in any other way, outside of tests.

use proc_macro2::Span;
use syn::{
    Attribute, Expr, ExprLit, ExprMethodCall, ItemFn, ItemMod, Lit, Path,
    visit::{self, Visit},
};

use super::{
    dependencies::FREE,
    tree::{self, Broken, Tree},
};

/// Where it is done.
const HOME: &str = "events/log/src/whole.rs";

/// Files that write in another way, and why.
const OTHERS: &[(&str, &str)] = &[
    ("actors/src/direct/partial.rs", "a download is renamed once it is whole"),
    ("actors/src/direct/writer.rs", "a download grows as it arrives"),
    ("actors/src/library/destination.rs", "what was made is brought whole, under another name until it is"),
    ("actors/src/library/place.rs", "tries whether a file could be placed, and removes it"),
    (
        "actors/src/net/cache.rs",
        "an answer is unpacked as it arrives, and a note that is empty can't be torn",
    ),
    ("actors/src/process/output.rs", "the output of a child is written as it comes"),
    ("events/log/src/log/backup/restore.rs", "the log before is moved aside, and the new one into its place"),
    ("events/log/src/log/create.rs", "a new log is made under another name"),
    ("events/log/src/log/lock.rs", "a lock is held by its open file"),
    ("events/log/src/log/space.rs", "ballast is only there for the room that it takes"),
    ("events/log/src/vault/store.rs", "a value is called another way once its event is recorded"),
    ("ops/src/commands/download/archive.rs", "goes where a person says, which may be a device"),
    ("ops/src/commands/scratch.rs", "a lock is held by its open file, before it is called one"),
    ("ops/src/commands/part.rs", "what a person asked for is longer than memory"),
    ("projections/src/telemetry/file.rs", "a store that can't be read is moved aside"),
    ("ops/src/demo/media.rs", "a folder is made as a whole, by one demo of several that have one lock"),
    ("ops/src/demo/plugin.rs", "several demos may write it at once"),
    ("ops/src/doctor.rs", "tries whether the folder can be written to"),
];

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (path, text) in tree.rust_files().filter(|(path, _)| is_ours(path)) {
        let file = match tree::parse(path, text) {
            Ok(file) => file,
            Err(unreadable) => {
                broken.push(unreadable);
                continue;
            }
        };
        let mut writing = Writing::default();
        writing.visit_file(&file);
        match OTHERS.iter().find(|(other, _)| *other == path) {
            None => broken.extend(writing.found.into_iter().map(|(what, span)| {
                let message = format!(
                    "{what} leaves half a file when the power goes: write it with mediary_log::whole::write, or say \
                     in OTHERS (tests/it/tidy/whole.rs) why not"
                );
                Broken::at(path, span, message)
            })),
            Some(_) if writing.found.is_empty() => {
                broken.push(Broken::file(path, "writes nothing: take it out of OTHERS (tests/it/tidy/whole.rs)"));
            }
            Some(_) => {}
        }
    }
    broken
}

fn is_ours(path: &str) -> bool {
    let folder = path.split('/').next().unwrap_or_default();
    let is_test = path.ends_with("/tests.rs") || path.contains("/tests/") || path.contains("/testing");
    !FREE.contains(&folder) && path.contains("/src/") && !is_test && path != HOME
}

#[derive(Default)]
struct Writing {
    found: Vec<(String, Span)>,
}

/// Whether an item is there for tests alone.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute.parse_args::<Path>().is_ok_and(|what| what.is_ident("test")))
    })
}

impl<'ast> Visit<'ast> for Writing {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    /// `fs::write`, `fs::rename`, `File::create`.
    fn visit_path(&mut self, path: &'ast Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if let [.., "fs", "write" | "rename"] | [.., "File", "create" | "create_new"] = names.as_slice() {
            self.found.push((names.join("::"), path.segments[0].ident.span()));
        }
        visit::visit_path(self, path);
    }

    /// `OpenOptions::new().create(true)`; what makes folders takes a path.
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let makes = call.method == "create" || call.method == "create_new";
        let is_flag = |argument: &Expr| matches!(argument, Expr::Lit(ExprLit { lit: Lit::Bool(_), .. }));
        if makes && call.args.iter().any(is_flag) {
            self.found.push((format!("OpenOptions::{}", call.method), call.method.span()));
        }
        visit::visit_expr_method_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tree, rule};

    #[test]
    fn another_way_to_write_a_file_is_found() {
        for text in [
            "fn save() { std::fs::write(path, bytes)?; }",
            "use std::fs;\nfn save() { fs::rename(a, b)?; }",
            "fn save() { let file = fs::File::create(path)?; }",
            "fn save() { let file = OpenOptions::new().write(true).create_new(true).open(path)?; }",
            "fn save() { made.and_then(|()| fs::write(path, b\"\")); }",
        ] {
            let found = tree::messages(rule, [("actors/src/staging.rs", text)]);
            assert_eq!(found.len(), 1, "{text}");
            assert!(found[0].contains("leaves half a file when the power goes"), "{found:?}");
        }
    }

    #[test]
    fn tests_folders_readers_and_the_one_way_are_fine() {
        tree::keeps(
            rule,
            [
                (
                    "actors/src/staging.rs",
                    "fn save() { whole::write(path, bytes)?; fs::create_dir_all(path)?; }",
                ),
                ("actors/src/mark.rs", "fn make() { DirBuilder::new().recursive(true).create(path)?; }"),
                (
                    "actors/src/place.rs",
                    "#[cfg(test)]\nmod tests { fn x() { fs::write(path, bytes).unwrap(); } }",
                ),
                ("actors/src/playlist/tests.rs", "fn x() { fs::write(path, bytes).unwrap(); }"),
                ("events/log/src/whole.rs", "fn write() { fs::rename(a, b)?; }"),
                ("ops/src/doctor.rs", "fn probe() { fs::write(path, b\"\")?; }"),
                ("tests/it/log.rs", "fn x() { fs::write(path, bytes).unwrap(); }"),
            ],
        );
    }

    #[test]
    fn an_exception_that_nobody_needs_is_found() {
        let start = "ops/src/doctor.rs: writes nothing";
        tree::breaks(rule, [("ops/src/doctor.rs", "fn probe() {}")], start);
    }
}
