//! The published contracts: what the code says and what is committed are the same text.
//!
//! `MEDIARY_CONTRACTS=write` writes them; the difference is reviewed like code.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use mediary::{configuration, environment};
use mediary_log::work::REGISTRY;

/// Compares a contract with the committed file, or writes it.
#[track_caller]
fn check(name: &str, text: &str) {
    let path = folder().join(name);
    if is_writing() {
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

fn is_writing() -> bool {
    environment::variable("MEDIARY_CONTRACTS").as_deref() == Some("write")
}

/// JSON as it is committed.
fn pretty(value: &serde_json::Value) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("a JSON value is text");
    text.push('\n');
    text
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
    check("config.json", &pretty(&configuration::json_schema()));
}

// What is JSON is YAML.
// invariant: H-6
#[test]
fn the_contract_of_nats_is_the_table_of_concerns() {
    check("asyncapi.yaml", &pretty(&mediary_log::fanout::asyncapi(&REGISTRY)));
}

// invariant: H-6
#[test]
fn the_contract_of_every_command_is_its_json_schema() {
    let commands: BTreeMap<String, _> =
        REGISTRY.commands().map(|kind| (format!("{}.json", kind.name), kind)).collect();
    let committed = fs::read_dir(folder().join("commands")).expect("the folder is committed");
    for file in committed {
        let file = file.expect("the folder can be read");
        let name = file.file_name().to_string_lossy().into_owned();
        if commands.contains_key(&name) {
            continue;
        }
        assert!(is_writing(), "nothing may be asked by the name of schema/contracts/commands/{name}");
        fs::remove_file(file.path()).expect("the file can be removed");
    }
    for (file, kind) in commands {
        let mut schema = (kind.schema)();
        schema["title"] = kind.name.into();
        schema["x-permission"] = kind.permission.name().into();
        schema["x-over-nats"] = kind.over_nats.into();
        check(&format!("commands/{file}"), &pretty(&schema));
    }
}
