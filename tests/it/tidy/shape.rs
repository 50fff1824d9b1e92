//! A concern has the same shape in every crate: who knows one knows all.

use std::{collections::BTreeSet, path::Path};

use mediary_log::work::REGISTRY;
use syn::{Item, spanned::Spanned as _};

use super::{
    named_rules::NAMED_RULES,
    tree::{self, Broken, Tree},
};

/// The words of design: one singular word for a concern, the same in every crate. Others are those that decide.
const CONCERNS: &[&str] = &[
    "account",
    "bot",
    "check",
    "collection",
    "command",
    "delivery",
    "disc",
    "download",
    "file",
    "job",
    "lane",
    "log",
    "music",
    "notification",
    "plan",
    "playlist",
    "plex",
    "profile",
    "project",
    "reaction",
    "reservation",
    "root",
    "schedule",
    "secret",
    "setting",
    "template",
    "transcode",
    "watch",
    "worker",
];

/// What a file in a concern's folder may be called, per crate. `tests` may be a folder; so may any
/// role that has grown, with one rule per file in it.
struct Shape {
    krate: &'static str,
    roles: &'static [&'static str],
    /// Roles that a concern can't be without.
    required: &'static [&'static str],
    /// Folders of data, which hold no Rust.
    data: &'static [&'static str],
}

const SHAPES: &[Shape] = &[
    Shape {
        krate: "events",
        roles: &["mod", "ask", "command", "event", "signal", "state", "decide", "upcast", "tests"],
        required: &["mod", "command", "event", "state", "decide"],
        data: &["history"],
    },
    Shape {
        krate: "projections",
        roles: &["mod", "view", "project", "query", "tests"],
        required: &["mod"],
        data: &[],
    },
    Shape {
        krate: "actors",
        roles: &["mod", "options", "actor", "effect", "clerk", "reaction", "tests"],
        required: &["mod"],
        data: &[],
    },
    Shape {
        krate: "api",
        roles: &["mod", "entry", "object", "query", "mutation", "subscription", "explain", "tests"],
        required: &["mod"],
        data: &[],
    },
];

/// Outside programs whose adapter may stand in a concern's folder of `actors`.
const TOOLS: &[&str] = &["ytdlp", "ffmpeg", "xorriso", "cdrdao", "plex"];

/// Concerns without values of their own in `schema`: their only value is an id.
const WITHOUT_VALUES: &[&str] = &["command", "reservation"];

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = unknown_concerns(tree);
    for shape in SHAPES {
        for concern in concerns(tree) {
            broken.extend(folder(tree, shape, concern));
        }
    }
    broken.extend(values(tree));
    broken
}

/// Folders that decide.
fn deciders(tree: &Tree) -> impl Iterator<Item = &str> {
    tree.below("events/src").filter_map(|path| path.strip_suffix("/decide.rs"))
}

fn concerns(tree: &Tree) -> BTreeSet<&str> {
    CONCERNS.iter().copied().chain(deciders(tree)).collect()
}

/// A folder that decides is a concern, and everybody finds a concern by its entry.
fn unknown_concerns(tree: &Tree) -> Vec<Broken> {
    deciders(tree)
        .filter(|name| REGISTRY.entry(name).is_none())
        .map(|name| {
            let advice =
                "a folder that decides is a concern: it has an entry in REGISTRY (events/log/src/work)";
            Broken::file(&format!("events/src/{name}"), advice)
        })
        .collect()
}

fn folder(tree: &Tree, shape: &Shape, concern: &str) -> Vec<Broken> {
    let mut broken = Vec::new();
    let flat = format!("{}/src/{concern}.rs", shape.krate);
    if tree.text(&flat).is_some() {
        broken.push(Broken::file(
            &flat,
            format!("a concern is a folder in {}: {concern}/mod.rs and its roles", shape.krate),
        ));
    }
    let path = format!("{}/src/{concern}", shape.krate);
    let inside: Vec<&str> = tree.below(&path).collect();
    if inside.is_empty() {
        return broken;
    }
    let mut roles = BTreeSet::new();
    for file in inside {
        match role(file) {
            Some(role) if is_allowed(shape, concern, role) => {
                roles.insert(role);
            }
            Some(_) | None if in_data(shape, file) => {}
            Some(_) | None => broken.push(Broken::file(&format!("{path}/{file}"), unknown_role(shape))),
        }
    }
    for required in shape.required.iter().filter(|required| !roles.contains(*required)) {
        broken.push(Broken::file(
            &path,
            format!("{required}.rs is missing: a concern of {} has it", shape.krate),
        ));
    }
    broken.extend(not_a_map(tree, &format!("{path}/mod.rs")));
    broken
}

/// The role of a file: its name, or that of the folder it is in.
fn role(file: &str) -> Option<&str> {
    file.split_once('/').map_or_else(|| file.strip_suffix(".rs"), |(folder, _)| Some(folder))
}

fn is_allowed(shape: &Shape, concern: &str, role: &str) -> bool {
    shape.roles.contains(&role)
        || NAMED_RULES.contains(&(shape.krate, concern, role))
        || (shape.krate == "actors" && TOOLS.contains(&role))
}

fn in_data(shape: &Shape, file: &str) -> bool {
    let is_code = Path::new(file).extension().is_some_and(|extension| extension == "rs");
    file.split_once('/').is_some_and(|(folder, _)| shape.data.contains(&folder) && !is_code)
}

fn unknown_role(shape: &Shape) -> String {
    format!(
        "not a role of a concern in {} ({}): put it where it belongs, or name it in NAMED_RULES (tests/it/tidy/shape.rs)",
        shape.krate,
        shape.roles.join(" ")
    )
}

/// A `mod.rs` declares modules and re-exports; otherwise it becomes the biggest file.
fn not_a_map(tree: &Tree, path: &str) -> Vec<Broken> {
    let Some(text) = tree.text(path) else { return Vec::new() };
    let file = match tree::parse(path, text) {
        Ok(file) => file,
        Err(unreadable) => return vec![unreadable],
    };
    let logic = file.items.iter().filter(|item| match item {
        Item::Use(_) => false,
        Item::Mod(module) => module.content.is_some(),
        _ => true,
    });
    logic
        .map(|item| {
            let span = item.span();
            Broken::at(
                path,
                span,
                "mod.rs is a map: `mod x;` and `pub use` only; move this into the file of its role",
            )
        })
        .collect()
}

/// What has events has values: `schema/src/<concern>.rs`.
fn values(tree: &Tree) -> Vec<Broken> {
    let concerns = concerns(tree).into_iter().filter(|concern| !WITHOUT_VALUES.contains(concern));
    let decided = concerns.filter(|concern| tree.text(&format!("events/src/{concern}/event.rs")).is_some());
    decided
        .map(|concern| format!("schema/src/{concern}.rs"))
        .filter(|path| tree.text(path).is_none())
        .map(|path| Broken::file(&path, "is missing: the ids and values of a concern are there"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::tree, rule};

    /// The smallest whole concern, with further files.
    fn download<'a>(further: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut files = vec![
            ("schema/src/download.rs", ""),
            (
                "events/src/download/mod.rs",
                "//! Download.\n\nmod decide;\npub use decide::Download;\n#[cfg(test)]\nmod tests;",
            ),
            ("events/src/download/command.rs", ""),
            ("events/src/download/event.rs", ""),
            ("events/src/download/state.rs", ""),
            ("events/src/download/decide.rs", ""),
            ("events/src/download/tests/happy.rs", ""),
            ("events/src/download/history/requested.v1.json", "{}"),
        ];
        for file in further {
            files.retain(|(path, _)| path != &file.0);
            files.push(*file);
        }
        files
    }

    #[test]
    fn the_smallest_whole_concern_is_fine() {
        tree::keeps(rule, download(&[]));
        tree::keeps(
            rule,
            download(&[("actors/src/download/mod.rs", ""), ("actors/src/download/ytdlp.rs", "")]),
        );
    }

    #[test]
    fn a_file_that_is_no_role_is_found() {
        for path in [
            "events/src/download/helpers.rs",
            "events/src/download/helpers/mod.rs",
            "events/src/download/history/reader.rs",
            "events/src/download/diff.rs",
            "events/src/download/notes.txt",
        ] {
            tree::breaks(
                rule,
                download(&[(path, "")]),
                &format!("{path}: not a role of a concern in events"),
            );
        }
    }

    #[test]
    fn a_role_of_another_crate_is_found() {
        let files = [("api/src/job/mod.rs", ""), ("api/src/job/view.rs", "")];
        tree::breaks(rule, files, "api/src/job/view.rs: not a role of a concern in api");
    }

    #[test]
    fn a_missing_role_is_found() {
        let mut files = download(&[]);
        files.retain(|(path, _)| !path.ends_with("decide.rs"));
        tree::breaks(rule, files, "events/src/download: decide.rs is missing");
    }

    #[test]
    fn missing_values_are_found() {
        let mut files = download(&[]);
        files.retain(|(path, _)| !path.starts_with("schema"));
        tree::breaks(rule, files, "schema/src/download.rs: is missing");
    }

    #[test]
    fn a_map_with_logic_is_found() {
        for logic in [
            "fn decide() {}",
            "struct Download;",
            "impl Download {}",
            "const LIMIT: u32 = 1;",
            "mod inside { }",
            "macro_rules! rule { () => {} }",
        ] {
            let start = "events/src/download/mod.rs:1: mod.rs is a map";
            tree::breaks(rule, download(&[("events/src/download/mod.rs", logic)]), start);
        }
    }

    #[test]
    fn a_concern_in_one_file_is_found() {
        let start = "projections/src/job.rs: a concern is a folder in projections";
        tree::breaks(rule, [("projections/src/job.rs", "")], start);
    }

    #[test]
    fn a_concern_without_a_word_is_found() {
        let start = "events/src/downloads: a folder that decides is a concern";
        let files = ["mod", "command", "event", "state", "decide"]
            .map(|role| (format!("events/src/downloads/{role}.rs"), String::new()));
        let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let files = files.chain([("schema/src/downloads.rs", "")]).collect::<Vec<_>>();
        tree::breaks(rule, files, start);
    }
}
