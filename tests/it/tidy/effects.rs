//! Who does work knows its workspace and nothing else of the platform: what it names may be in another process. So does what
//! it names of its own concern.

use std::collections::BTreeSet;

use super::{
    tree::{self, Broken, Tree},
    uses::{Named, StartsWithPath as _},
};

/// What stands on the platform's side of the port.
const PLATFORM: [&[&str]; 4] =
    [&["mediary_log"], &["mediary_projections"], &["crate", "file"], &["crate", "job"]];

/// What is harmless of it: a file is written whole in one way, wherever that is.
const HARMLESS: [&[&str]; 1] = [&["mediary_log", "whole"]];

/// Names of the platform's side, whoever re-exports them.
const NAMES: [&str; 5] = ["Attempt", "AttemptId", "Library", "Root", "roots"];

const FOLDER: &str = "actors/src/";

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut open: Vec<String> =
        tree.rust_files().map(|(path, _)| path.to_owned()).filter(|path| is_effect(path)).collect();
    let mut seen: BTreeSet<String> = open.iter().cloned().collect();
    while let Some(path) = open.pop() {
        let Some(text) = tree.text(&path) else { continue };
        let named = match Named::of(&path, text) {
            Ok(named) => named,
            Err(unreadable) => {
                broken.push(unreadable);
                continue;
            }
        };
        for (segments, span) in &named.paths {
            // All of its concern has the clerk in it.
            let all = is_effect(&path) && segments.as_slice() == ["super"];
            if let Some(name) = platform(segments).or_else(|| all.then(|| "super".to_owned())) {
                let advice = format!(
                    "an effect knows only its workspace, and {name} is the platform's: ask for it, or have the clerk do \
                     it (tests/it/tidy/effects.rs)"
                );
                broken.push(Broken::at(&path, *span, advice));
            }
        }
        let siblings = named.paths.iter().filter_map(|(segments, _)| sibling(&path, segments));
        open.extend(siblings.filter(|path| seen.insert(path.clone())));
    }
    broken
}

/// What of the platform a path names, if it does.
fn platform(segments: &[String]) -> Option<String> {
    let shown = || Some(segments.join("::"));
    if segments.iter().any(|segment| NAMES.contains(&segment.as_str())) {
        return shown();
    }
    // Whoever imports all of it, or gives it another name, has all of it.
    let is_all = |path: &[&str]| segments.len() < path.len() && path_of(segments, path);
    let is_of = |path: &&[&str]| segments.starts_with_path(path) || is_all(path);
    let is_harmless = HARMLESS.iter().any(|path| segments.starts_with_path(path));
    if PLATFORM.iter().any(is_of) && !is_harmless { shown() } else { None }
}

/// Whether the path begins with these segments.
fn path_of(segments: &[String], path: &[&str]) -> bool {
    segments.iter().zip(path).all(|(segment, wanted)| segment == wanted)
}

/// The file of the same concern that a path of this one names.
fn sibling(path: &str, segments: &[String]) -> Option<String> {
    let (folder, _) = path.rsplit_once('/')?;
    let concern = folder.strip_prefix(FOLDER)?;
    let rest = match segments {
        [first, rest @ ..] if first == "super" => rest,
        [first, of, rest @ ..] if first == "crate" && of == concern => rest,
        _ => return None,
    };
    // The words of a module are small.
    let module = rest.first().filter(|name| name.starts_with(char::is_lowercase))?;
    Some(format!("{folder}/{module}.rs"))
}

fn is_effect(path: &str) -> bool {
    path.starts_with(FOLDER) && path.ends_with("/effect.rs") && !path.starts_with("actors/src/workspace/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const EFFECT: &str = "actors/src/disc/effect.rs";

    #[test]
    fn an_effect_that_knows_the_platform_is_found_however_it_is_imported() {
        for text in [
            "use mediary_log::gate::Gate;",
            "use mediary_log::{gate::Gate, whole};",
            "use mediary_log as log;",
            "use {mediary_projections::{self as views}};",
            "use crate::{file::Keeper, workspace::Workspace};",
            "use crate::{workspace::Workspace, job::{Attempt as A}};",
            "use crate::job;",
            "use crate::*;",
            "use crate as all;",
            "use mediary_schema::{FileId, job::{AttemptId, Failure}};",
            "use super::{Library, watch};",
            "use super::roots;",
            "fn open() { crate::file::open(); }",
            "fn print() { println!(\"{}\", mediary_log::log::VERSION); }",
        ] {
            tree::breaks(
                rule,
                [(EFFECT, text)],
                "actors/src/disc/effect.rs:1: an effect knows only its workspace",
            );
        }
    }

    #[test]
    fn what_an_effect_has_others_do_is_found() {
        for text in ["use super::pages::Pages;", "use super::{pages};", "use crate::disc::pages::Pages;"] {
            let files =
                [(EFFECT, text), ("actors/src/disc/pages.rs", "use mediary_log::{whole, LogReader};")];
            tree::breaks(rule, files, "actors/src/disc/pages.rs:1: an effect knows only its workspace");
        }
    }

    #[test]
    fn an_effect_that_knows_its_workspace_is_fine() {
        tree::keeps(
            rule,
            [
                (EFFECT, "use crate::workspace::{Effect, Workspace}; use super::pages::Pages;"),
                (
                    "actors/src/disc/pages.rs",
                    "use mediary_log::whole; use std::fs::File; fn f() { crate::profile(); }",
                ),
                ("actors/src/disc/clerk.rs", "use mediary_log::gate::Transaction;"),
                ("actors/src/workspace/effect.rs", "use mediary_log::gate::LongWork;"),
            ],
        );
    }
}
