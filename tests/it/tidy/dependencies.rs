//! Dependencies between our crates point down, and some crates of others live in one crate only.

use toml::{Table, Value};

use super::tree::{Broken, Tree};

/// Each crate and those of ours that it may depend on. `benches` and `tests` may use anything.
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("schema", &[]),
    ("events", &["schema"]),
    ("projections", &["schema", "events"]),
    ("actors", &["schema", "events"]),
    ("api", &["schema", "events", "projections"]),
    ("ops", &["schema", "events", "projections", "actors", "api"]),
];

/// Crates that may depend on anything: they are built for nobody else.
pub(super) const FREE: &[&str] = &["benches", "tests"];

/// Crates of others, and the crates of ours that may depend on them.
const HOMES: &[(&str, &[&str])] = &[
    ("redb", &["events"]),
    ("async-nats", &["events"]),
    ("rusqlite", &["projections"]),
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
        let Some(folder) = path.strip_suffix("/Cargo.toml").filter(|folder| !folder.contains('/')) else {
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
                for dependency in dependencies(&manifest) {
                    broken.extend(
                        verdict(folder, allowed, &dependency).map(|message| Broken::file(path, message)),
                    );
                }
            }
            Err(error) => broken.push(Broken::file(path, format!("not a manifest: {error}"))),
        }
    }
    broken
}

/// Why `folder` may not depend on `dependency`, if so.
fn verdict(folder: &str, allowed: &[&str], dependency: &str) -> Option<String> {
    if let Some(ours) = folder_of(dependency) {
        if allowed.contains(&ours) {
            return None;
        }
        let allowed = if allowed.is_empty() { "none of ours".to_owned() } else { allowed.join(", ") };
        return Some(format!(
            "{folder} must not depend on {dependency}: dependencies point down \
             (schema <- events <- projections, actors; projections <- api; all <- ops), {folder} may use {allowed}"
        ));
    }
    let (_, homes) = HOMES.iter().find(|(name, _)| *name == dependency)?;
    if homes.contains(&folder) {
        return None;
    }
    Some(format!(
        "{dependency} is at home in {} only: ask that crate for what {folder} needs",
        homes.join(", ")
    ))
}

/// The folder of one of our crates, by its package name.
fn folder_of(package: &str) -> Option<&str> {
    if package == "mediary" { Some("ops") } else { package.strip_prefix("mediary-") }
}

/// The package names of all dependencies, of whatever kind and for whatever target.
fn dependencies(manifest: &Table) -> Vec<String> {
    let mut names = dependencies_of_kinds(manifest);
    if let Some(Value::Table(targets)) = manifest.get("target") {
        for target in targets.values().filter_map(Value::as_table) {
            names.extend(dependencies_of_kinds(target));
        }
    }
    names
}

fn dependencies_of_kinds(table: &Table) -> Vec<String> {
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .iter()
        .filter_map(|kind| table.get(*kind)?.as_table())
        .flatten()
        .map(|(key, value)| value.get("package").and_then(Value::as_str).unwrap_or(key).to_owned())
        .collect()
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
            "[dev-dependencies]\nredb = \"4\"",
            "[target.'cfg(unix)'.dependencies]\nredb = \"4\"",
            "[dependencies]\nstore = { package = \"redb\", version = \"4\" }",
            "[dependencies.redb]\nversion = \"4\"",
        ] {
            tree::breaks(
                rule,
                [("actors/Cargo.toml", manifest)],
                "actors/Cargo.toml: redb is at home in events only",
            );
        }
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
                    "events/Cargo.toml",
                    "[dependencies]\nmediary-schema.workspace = true\nredb.workspace = true",
                ),
                ("ops/Cargo.toml", "[dependencies]\nmediary-actors.workspace = true\nclap.workspace = true"),
                ("tests/Cargo.toml", "[dependencies]\nmediary.workspace = true\nasync-nats.workspace = true"),
            ],
        );
    }
}
