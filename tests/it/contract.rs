//! The published contracts: what the code says and what is committed are the same text.
//!
//! `MEDIARY_CONTRACTS=write` writes them; the difference is reviewed like code.

use std::{
    fs,
    path::{Path, PathBuf},
};

use mediary::{configuration, environment};

/// Compares a contract with the committed file, or writes it.
#[track_caller]
fn check(name: &str, text: &str) {
    let path = folder().join(name);
    if environment::variable("MEDIARY_CONTRACTS").as_deref() == Some("write") {
        fs::write(&path, text).unwrap_or_else(|error| panic!("{name}: {error}"));
        return;
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let differs = committed.lines().zip(text.lines()).position(|(committed, now)| committed != now);
    assert!(
        committed == text,
        "schema/contracts/{name} is not what the code says, from line {} on; `ops/contracts` writes it anew",
        differs.map_or_else(|| committed.lines().count().min(text.lines().count()) + 1, |line| line + 1),
    );
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/contracts")
}

// invariant: H-6
#[test]
fn the_graphql_contract_is_the_schema() {
    check("schema.graphql", &mediary_api::sdl());
}

// invariant: H-6
#[test]
fn the_configuration_contract_is_the_json_schema() {
    let mut text = serde_json::to_string_pretty(&configuration::json_schema()).expect("a JSON value is text");
    text.push('\n');
    check("config.json", &text);
}
