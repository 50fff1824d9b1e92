//! Makes the types of the command line's answers, from the published schema and from every GraphQL document below `src`.
//!
//! They are found as `crate::answers::<folder>`. A fragment is a type of its name. What an operation answers is
//! `<folder>::<file>::Answer`, and what it selects within that is called as the schema calls it; where a folder selects two
//! things of one type, each but the fragment has the name of its file before it. A document that asks for what the
//! schema does not have ends the build with its path. Where the schema is what is newer, `ops/contracts` writes it anew.

mod answers;
mod contract;
mod rust;

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use answers::Folder;
use contract::Contract;

const SCHEMA: &str = "../schema/contracts/schema.graphql";
const DOCUMENTS: &str = "src";

#[expect(clippy::print_stdout, reason = "so a build says something to cargo")]
fn main() -> ExitCode {
    println!("cargo::rerun-if-changed={SCHEMA}");
    println!("cargo::rerun-if-changed={DOCUMENTS}");
    println!("cargo::rerun-if-changed=build");
    match made() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn made() -> Result<(), String> {
    let schema = fs::read_to_string(SCHEMA).map_err(|error| format!("{SCHEMA}: {error}"))?;
    let contract = Contract::parse(&schema)?;
    let mut paths = Vec::new();
    find(Path::new(DOCUMENTS), &mut paths).map_err(|error| format!("{DOCUMENTS}: {error}"))?;
    paths.sort();
    let mut documents: BTreeMap<String, Folder> = BTreeMap::new();
    for path in &paths {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let folder = documents.entry(name_of(path.parent())).or_default();
        folder.add(&file_of(path), &text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let text = answers::text(&contract, &documents)?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?).join("answers.rs");
    fs::write(&out, text).map_err(|error| format!("{}: {error}", out.display()))
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "graphql") {
            found.push(path);
        }
    }
    Ok(())
}

/// `lane` of `src/commands/lane`.
fn name_of(folder: Option<&Path>) -> String {
    folder.and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
}

/// `list` of `list.graphql`, `lane` of `lane.fragment.graphql`.
fn file_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}
