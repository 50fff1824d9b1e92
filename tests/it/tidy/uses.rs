//! What is said by the manifests per crate is said here per folder: redb is known in `events/log/src/log`
//! and nowhere else in `events`.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    ItemExternCrate, ItemUse, Macro, UseTree,
    visit::{self, Visit},
};

use super::{
    dependencies::FREE,
    tree::{self, Broken, Tree},
};

/// A path that only some folders may name, the folders, and what everybody else does.
struct Home {
    path: &'static [&'static str],
    folders: &'static [&'static str],
    instead: &'static str,
    /// Whether tests beside the code may name it, too.
    tests_too: bool,
    /// Names below the path that are at home everywhere.
    harmless: &'static [&'static str],
}

impl Home {
    const fn of(
        path: &'static [&'static str],
        folders: &'static [&'static str],
        instead: &'static str,
    ) -> Self {
        Self { path, folders, instead, tests_too: false, harmless: &[] }
    }

    const fn tests_too(self) -> Self {
        Self { tests_too: true, ..self }
    }

    const fn but_for(self, harmless: &'static [&'static str]) -> Self {
        Self { harmless, ..self }
    }
}

const HOMES: &[Home] = &[
    Home::of(&["redb"], &["events/log/src/log"], "read and append through events/log/src/log"),
    Home::of(&["async_nats"], &["events/log/src/fanout"], "publish through events/log/src/fanout"),
    // What another program keeps in a database is no view.
    Home::of(&["rusqlite"], &["projections/src", "ops/src/commands/check/import"], "ask a view for it"),
    Home::of(&["ractor"], &["actors/src"], "start an actor through actors/src/supervisor"),
    // A test of something that fetches serves what is fetched.
    Home::of(&["axum"], &["api/src", "ops/src"], "HTTP is spoken in api").tests_too(),
    Home::of(&["async_graphql"], &["api/src", "ops/src"], "GraphQL is spoken in api"),
    Home::of(&["clap"], &["ops/src"], "the command line is read in ops"),
    Home::of(&["figment"], &["ops/src"], "configuration is read in ops and handed in as Options"),
    // The command line asks its own server, and nothing else goes around the guard.
    Home::of(&["reqwest"], &["ops/src"], "ask other machines with actors/src/net"),
    Home::of(&["hyper_util", "client"], &["actors/src/net"], "ask other machines with actors/src/net"),
    Home::of(
        &["tokio", "net", "TcpStream"],
        &["actors/src/net", "api/src", "ops/src/demo"],
        "connect with actors/src/net",
    )
    .tests_too(),
    Home::of(&["tokio", "net", "lookup_host"], &["actors/src/net"], "connect with actors/src/net"),
    // These look at nothing but their arguments, and at what the program was built for.
    Home::of(&["std", "env"], &["ops/src"], "the environment is read in ops and handed in")
        .tests_too()
        .but_for(&["split_paths", "join_paths", "consts"]),
];

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (path, text) in tree.rust_files() {
        let Some((folder, inside)) = path.split_once('/') else { continue };
        // The log is a crate inside `events/`.
        let inside = inside.strip_prefix("log/").unwrap_or(inside);
        if FREE.contains(&folder) || !inside.starts_with("src/") {
            continue;
        }
        let named = match Named::of(path, text) {
            Ok(named) => named,
            Err(unreadable) => {
                broken.push(unreadable);
                continue;
            }
        };
        for (segments, span) in &named.paths {
            broken.extend(stranger(path, segments).map(|home| Broken::at(path, *span, complaint(home))));
        }
    }
    broken
}

/// The home that a named path belongs to, if `file` is not in it.
fn stranger(file: &str, segments: &[String]) -> Option<&'static Home> {
    let home = HOMES.iter().find(|home| segments.starts_with_path(home.path))?;
    let at_home = home.folders.iter().any(|folder| file.starts_with(&format!("{folder}/")));
    let excused = home.tests_too && is_test(file);
    let harmless = segments.get(home.path.len()).is_some_and(|name| home.harmless.contains(&name.as_str()));
    (!at_home && !excused && !harmless).then_some(home)
}

pub(super) fn is_test(file: &str) -> bool {
    file.ends_with("/tests.rs") || file.contains("/tests/")
}

fn complaint(home: &Home) -> String {
    format!("{} is at home in {} only: {}", home.path.join("::"), home.folders.join(", "), home.instead)
}

pub(super) trait StartsWithPath {
    fn starts_with_path(&self, path: &[&str]) -> bool;
}

impl StartsWithPath for [String] {
    fn starts_with_path(&self, path: &[&str]) -> bool {
        self.len() >= path.len() && self.iter().zip(path).all(|(segment, wanted)| segment == wanted)
    }
}

/// Every path that a file names: imports, paths in code, and what looks like a path inside a macro.
#[derive(Default)]
pub(super) struct Named {
    pub(super) paths: Vec<(Vec<String>, Span)>,
}

impl Named {
    /// Those of a file; what it is broken by if it is no Rust.
    pub(super) fn of(path: &str, text: &str) -> Result<Self, Broken> {
        let file = tree::parse(path, text)?;
        let mut named = Self::default();
        named.visit_file(&file);
        Ok(named)
    }

    fn import(&mut self, tree: &UseTree, prefix: &[String]) {
        match tree {
            UseTree::Path(path) => {
                let prefix = [prefix, &[path.ident.to_string()]].concat();
                self.import(&path.tree, &prefix);
            }
            UseTree::Group(group) => group.items.iter().for_each(|item| self.import(item, prefix)),
            UseTree::Name(name) => self.imported(prefix, &name.ident),
            UseTree::Rename(rename) => self.imported(prefix, &rename.ident),
            UseTree::Glob(glob) => {
                let span = glob.star_token.spans[0];
                self.paths.push((prefix.to_vec(), span));
            }
        }
    }

    fn imported(&mut self, prefix: &[String], ident: &syn::Ident) {
        let mut segments = prefix.to_vec();
        // `use std::env::{self}` names `std::env`.
        if ident != "self" {
            segments.push(ident.to_string());
        }
        self.paths.push((segments, ident.span()));
    }

    /// Paths among tokens that no parser has looked at, such as the arguments of `println!`.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut start = Span::call_site();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.finish(&mut path, start);
                        start = ident.span();
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.finish(&mut path, start);
                    self.tokens(group.stream());
                    colons = 0;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.finish(&mut path, start);
                    colons = 0;
                }
            }
        }
        self.finish(&mut path, start);
    }

    fn finish(&mut self, path: &mut Vec<String>, start: Span) {
        // One word alone is a variable or a method far more often than a crate.
        if path.len() > 1 {
            self.paths.push((std::mem::take(path), start));
        }
        path.clear();
    }
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(&item.tree, &[]);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast ItemExternCrate) {
        self.imported(&[], &item.ident);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let [first, _, ..] = path.segments.iter().collect::<Vec<_>>().as_slice() {
            self.paths.push((segments, first.ident.span()));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        self.tokens(invocation.tokens.clone());
        visit::visit_macro(self, invocation);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tree, rule};

    #[test]
    fn the_log_is_not_read_around() {
        for text in [
            "use redb::Database;",
            "use redb as store;",
            "use {redb::{self, Database as D}};",
            "extern crate redb;",
            "fn open() -> redb::Database { todo!() }",
            "fn open() { let _ = ::redb::Database::create(\"x\"); }",
            "fn print() { println!(\"{}\", redb::VERSION); }",
        ] {
            let found = tree::messages(rule, [("events/log/src/gate/mod.rs", text)]);
            assert!(!found.is_empty(), "nothing found in {text}");
            assert!(
                found[0]
                    .starts_with("events/log/src/gate/mod.rs:1: redb is at home in events/log/src/log only")
            );
        }
    }

    #[test]
    fn the_environment_is_found_however_it_is_imported() {
        for text in
            ["use std::{fs, env};", "use std::env::{self};", "use std::env::var as v;", "use std::env::*;"]
        {
            let start = "actors/src/process/mod.rs:1: std::env is at home in ops/src only";
            tree::breaks(rule, [("actors/src/process/mod.rs", text)], start);
        }
    }

    #[test]
    fn a_test_excuses_http_and_no_database() {
        let start = "actors/src/ytdlp/tests.rs:1: redb is at home";
        tree::breaks(rule, [("actors/src/ytdlp/tests.rs", "use axum::Router; use redb::Database;")], start);
    }

    #[test]
    fn a_comment_a_text_and_a_field_are_not_a_use() {
        let text = "//! Knows redb::Database.\nconst NAME: &str = \"redb::x\";\nfn x(job: Job) { job.env::<u8>(); env!(\"X\"); }";
        tree::keeps(rule, [("events/log/src/gate/mod.rs", text)]);
    }

    #[test]
    fn at_home_it_is_fine() {
        tree::keeps(
            rule,
            [
                ("events/log/src/log/writer.rs", "use redb::Database;"),
                ("events/log/src/fanout/mod.rs", "use async_nats::Client;"),
                ("ops/src/main.rs", "fn main() { std::env::args(); }"),
                ("actors/src/process/tests.rs", "use std::env;"),
                ("actors/src/process/path.rs", "fn folders(path: &OsStr) { std::env::split_paths(path); }"),
                ("actors/src/ytdlp/tests/site.rs", "use axum::Router;"),
                ("tests/it/main.rs", "use redb::Database;"),
                ("api/build.rs", "fn main() { std::env::var(\"OUT_DIR\"); }"),
            ],
        );
    }
}
