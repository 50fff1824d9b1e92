//! Dependencies between our crates point down, and some crates of others live in one crate only.

use toml::{Table, Value};

use super::tree::{Broken, Tree};

/// Each crate and those of ours that it may depend on. `benches` and `tests` may use anything.
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("schema", &[]),
    ("events", &["schema"]),
    ("events/log", &["schema", "events"]),
    ("projections", &["schema", "events", "events/log"]),
    ("actors", &["schema", "events", "events/log"]),
    ("api", &["schema", "events", "events/log", "projections"]),
    ("ops/tools", &[]),
    ("ops", &["schema", "events", "events/log", "projections", "actors", "api", "ops/tools"]),
];

/// Crates that may depend on anything: they are built for nobody else.
pub(super) const FREE: &[&str] = &["benches", "tests"];

/// Crates of others, and the crates of ours that may depend on them; for tests anybody may, as far as
/// `uses` lets them.
const HOMES: &[(&str, &[&str])] = &[
    ("redb", &["events/log"]),
    ("async-nats", &["events/log"]),
    ("rusqlite", &["projections", "ops"]),
    ("ractor", &["actors"]),
    ("axum", &["api", "ops"]),
    ("async-graphql", &["api", "ops"]),
    ("async-graphql-axum", &["api", "ops"]),
    ("clap", &["ops"]),
    ("figment", &["ops"]),
];

pub(super) fn rule(tree: &Tree) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (path, text) in tree.texts() {
        let Some(folder) = path.strip_suffix("/Cargo.toml").filter(|folder| is_crate(folder)) else {
            continue;
        };
        if FREE.contains(&folder) {
            continue;
        }
        let Some((_, allowed)) = DIRECTIONS.iter().find(|(name, _)| *name == folder) else {
            let advice = "a new crate is an event: give it its place in DIRECTIONS (tests/it/tidy/dependencies.rs) \
                          and in ARCHITECTURE.md";
            broken.push(Broken::file(path, advice));
            continue;
        };
        match text.parse::<Table>() {
            Ok(manifest) => {
                let verdicts =
                    dependencies(&manifest).into_iter().filter_map(|it| verdict(folder, allowed, &it));
                broken.extend(verdicts.map(|message| Broken::file(path, message)));
            }
            Err(error) => broken.push(Broken::file(path, format!("not a manifest: {error}"))),
        }
    }
    broken
}

/// Crates lie at the top, but for two that are parts of their folder: the log of `events/`, and the finder of
/// programs of `ops/`.
fn is_crate(folder: &str) -> bool {
    !folder.contains('/') || matches!(folder, "events/log" | "ops/tools")
}

/// Why `folder` may not depend on `dependency`, if so.
fn verdict(folder: &str, allowed: &[&str], dependency: &Dependency) -> Option<String> {
    let package = dependency.package.as_str();
    if dependency.opens_the_log && !dependency.for_tests {
        return Some(format!(
            "{folder} must not have the feature `testing` of {package}: the gate is who appends"
        ));
    }
    if let Some(ours) = folder_of(package) {
        if allowed.contains(&ours) || (ours == "ops/tools" && dependency.for_tests) {
            return None;
        }
        let allowed = if allowed.is_empty() { "none of ours".to_owned() } else { allowed.join(", ") };
        return Some(format!(
            "{folder} must not depend on {package}: dependencies point down \
             (schema <- events <- events/log <- projections, actors; projections <- api; all <- ops), {folder} may use {allowed}"
        ));
    }
    let (_, homes) = HOMES.iter().find(|(name, _)| *name == package)?;
    if homes.contains(&folder) || dependency.for_tests {
        return None;
    }
    Some(format!("{package} is at home in {} only: ask that crate for what {folder} needs", homes.join(", ")))
}

/// The folder of one of our crates, by its package name.
fn folder_of(package: &str) -> Option<&str> {
    match package {
        "mediary" => Some("ops"),
        "mediary-log" => Some("events/log"),
        "mediary-tools" => Some("ops/tools"),
        other => other.strip_prefix("mediary-"),
    }
}

struct Dependency {
    package: String,
    for_tests: bool,
    /// Whether it is the log with the feature that lets everybody append.
    opens_the_log: bool,
}

/// All dependencies, of whatever kind and for whatever target.
fn dependencies(manifest: &Table) -> Vec<Dependency> {
    let mut dependencies = of_all_kinds(manifest);
    if let Some(Value::Table(targets)) = manifest.get("target") {
        dependencies.extend(targets.values().filter_map(Value::as_table).flat_map(of_all_kinds));
    }
    dependencies
}

fn of_all_kinds(table: &Table) -> Vec<Dependency> {
    let kinds = ["dependencies", "build-dependencies", "dev-dependencies"];
    kinds.into_iter().flat_map(|kind| of_kind(table, kind)).collect()
}

fn of_kind(table: &Table, kind: &str) -> Vec<Dependency> {
    let Some(Value::Table(listed)) = table.get(kind) else { return Vec::new() };
    let for_tests = kind == "dev-dependencies";
    let dependency = |(key, value): (&String, &Value)| {
        let package = value.get("package").and_then(Value::as_str).unwrap_or(key).to_owned();
        let features = value.get("features").and_then(Value::as_array);
        let is_testing = features.is_some_and(|all| all.iter().any(|one| one.as_str() == Some("testing")));
        Dependency { opens_the_log: is_testing && package == "mediary-log", package, for_tests }
    };
    listed.iter().map(dependency).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::tree, rule};

    #[test]
    fn a_view_that_knows_actors_is_found() {
        tree::breaks(
            rule,
            [("projections/Cargo.toml", "[dependencies]\nmediary-actors = { workspace = true }")],
            "projections/Cargo.toml: projections must not depend on mediary-actors",
        );
    }

    #[test]
    fn a_vocabulary_that_knows_the_log_is_found() {
        tree::breaks(
            rule,
            [("events/Cargo.toml", "[dependencies]\nmediary-log.workspace = true")],
            "events/Cargo.toml: events must not depend on mediary-log",
        );
    }

    #[test]
    fn a_crate_that_knows_the_binary_is_found() {
        tree::breaks(
            rule,
            [("api/Cargo.toml", "[dev-dependencies]\nmediary.workspace = true")],
            "api/Cargo.toml: api must not depend on mediary:",
        );
    }

    #[test]
    fn a_database_away_from_home_is_found_in_every_kind_of_table() {
        for manifest in [
            "[dependencies]\nredb = \"4\"",
            "[build-dependencies]\nredb = \"4\"",
            "[target.'cfg(unix)'.dependencies]\nredb = \"4\"",
            "[dependencies]\nstore = { package = \"redb\", version = \"4\" }",
            "[dependencies.redb]\nversion = \"4\"",
        ] {
            tree::breaks(
                rule,
                [("actors/Cargo.toml", manifest)],
                "actors/Cargo.toml: redb is at home in events/log only",
            );
        }
    }

    #[test]
    fn a_crate_that_could_append_past_the_gate_is_found() {
        let log = "mediary-log = { workspace = true, features = [\"testing\"] }";
        tree::breaks(
            rule,
            [("ops/Cargo.toml", format!("[dependencies]\n{log}").as_str())],
            "ops/Cargo.toml: ops must not have the feature `testing` of mediary-log",
        );
        tree::keeps(rule, [("actors/Cargo.toml", format!("[dev-dependencies]\n{log}").as_str())]);
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        tree::breaks(
            rule,
            [("common/Cargo.toml", "[package]")],
            "common/Cargo.toml: a new crate is an event",
        );
    }

    #[test]
    fn what_points_down_is_fine() {
        tree::keeps(
            rule,
            [
                (
                    "events/log/Cargo.toml",
                    "[dependencies]\nmediary-events.workspace = true\nmediary-schema.workspace = true\nredb.workspace = true",
                ),
                ("ops/Cargo.toml", "[dependencies]\nmediary-actors.workspace = true\nclap.workspace = true"),
                ("actors/Cargo.toml", "[dev-dependencies]\naxum.workspace = true"),
                ("tests/Cargo.toml", "[dependencies]\nmediary.workspace = true\nasync-nats.workspace = true"),
            ],
        );
    }
}
