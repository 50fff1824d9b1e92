//! A further concern is its own folders and ten lines: `ops/new-concern` writes one into a copy of the tree, which is
//! built, started and used.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use async_nats::jetstream::consumer::pull;
use futures::StreamExt as _;
use mediary_actors::nats::Access;
use mediary_tests::{Client, ServerFolder, Subscriber, until};
use serde_json::{Value, json};

use crate::nats::connect;

/// The word of the concern.
const WORD: &str = "echo";
/// Lines outside its own folders: `mod`, entry and list of each crate.
const LINES_MAX: usize = 10;

/// What is made, not written.
const MADE: [&str; 7] =
    [".git", ".tools", "target", "data", "mediary-demo", "api/web/node_modules", "api/web/dist"];

/// Every file of the tree, by its path.
fn files(root: &Path, below: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(below)).unwrap() {
        let entry = entry.unwrap();
        let path = Path::new(below).join(entry.file_name()).to_str().unwrap().to_owned();
        if MADE.contains(&path.as_str()) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            files(root, &path, found);
        } else {
            found.push(path);
        }
    }
}

fn files_of(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    files(root, "", &mut found);
    found
}

fn run(program: impl AsRef<Path>, arguments: &[&str], folder: &Path, variables: &[(&str, &Path)]) -> Output {
    #[expect(clippy::disallowed_methods, reason = "what is run here is run as a person would")]
    let mut command = Command::new(program.as_ref());
    // What is said of the package of this test is not said to a cargo that it starts: build scripts that look at it
    // would run again, and what rests on them be built anew (`ring`, and with it all of TLS).
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|of_package| name.starts_with(of_package)) {
            command.env_remove(name);
        }
    }
    let variables = variables.iter().copied();
    let output = command.args(arguments).current_dir(folder).envs(variables).output().unwrap();
    assert!(
        output.status.success(),
        "{} {arguments:?}\n{}\n{}",
        program.as_ref().display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Lines of files that were there before and are otherwise now, each with its file.
fn changed(before: &Path, after: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for path in files_of(before) {
        let read = |root: &Path| fs::read(root.join(&path)).unwrap();
        let (old, new) = (read(before), read(after));
        if old == new {
            continue;
        }
        let (old, new) = (String::from_utf8(old).unwrap(), String::from_utf8(new).unwrap());
        let mut kept = old.lines().peekable();
        for line in new.lines() {
            if kept.peek() == Some(&line) {
                kept.next();
            } else {
                lines.push(format!("{path}: {}", line.trim()));
            }
        }
        lines.extend(kept.map(|line| format!("{path}: {} is gone", line.trim())));
    }
    lines
}

/// Cargo in a copy. What is built once, and debugged by nobody, is built without the parts for both.
fn cargo(arguments: &[&str], copy: &Path, target: &Path) -> Output {
    let off = Path::new("0");
    let variables =
        [("CARGO_TARGET_DIR", target), ("CARGO_INCREMENTAL", off), ("CARGO_PROFILE_DEV_DEBUG", off)];
    run(env!("CARGO"), arguments, copy, &variables)
}

fn cargo_build(binary: &str, copy: &Path, target: &Path) {
    cargo(&["build", "--workspace", "--bin", binary, "--locked", "--offline", "--quiet"], copy, target);
}

/// Builds the binary of a copy with the libraries that this test was built with.
fn build(copy: &Path) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let built = test.ancestors().find(|folder| folder.ends_with("debug")).unwrap();
    // Beside the other target folders, so that what is the same is one file on the disk.
    let target = built.parent().unwrap().join("new-concern");
    let seed = target.join("debug");
    drop(fs::remove_dir_all(&seed));
    fs::create_dir_all(&seed).unwrap();
    for folder in ["deps", "build", ".fingerprint"] {
        let from = built.join(folder);
        run("cp", &["-al", from.to_str().unwrap(), "."], &seed, &[]);
        for entry in fs::read_dir(seed.join(folder)).unwrap() {
            let entry = entry.unwrap();
            if !entry.file_name().to_str().unwrap().contains("mediary") {
                continue;
            }
            let path = entry.path();
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
    }
    // What the command line is built from, as `ops/contracts` makes it.
    cargo_build("mediary-sdl", copy, &target);
    let schema = run(seed.join("mediary-sdl"), &[], copy, &[]).stdout;
    fs::write(copy.join("schema/contracts/schema.graphql"), schema).unwrap();
    cargo_build("mediary", copy, &target);
    let binary = seed.join("mediary");
    assert!(binary.is_file());
    binary
}

/// Runs the tests that came with it: what it decides, its golden files, its view. Answers how many there were.
///
/// The tests' own crates have none of them: with these cargo turns on what it does for the whole workspace, and what
/// was built for the binary is not built again.
fn run_its_tests(copy: &Path, target: &Path) -> u32 {
    const CRATES: [&str; 4] = ["mediary-events", "mediary-projections", "mediary-tests", "mediary-fuzz"];
    let crates: Vec<&str> = CRATES.iter().flat_map(|name| ["--package", name]).chain(["--lib"]).collect();
    let its_own = format!("{WORD}::");
    let test = [&["test", "--locked", "--offline"], &crates[..], &[its_own.as_str()]].concat();
    let output = cargo(&test, copy, target);
    let said = String::from_utf8(output.stdout).unwrap();
    let passed = said.lines().filter_map(|line| line.strip_prefix("test result: ok. ")?.split(' ').next());
    passed.map(|count| count.parse::<u32>().unwrap()).sum()
}

/// The kinds of events that a program beside it hears over NATS, until one of them is this.
async fn heard(data: &Path, last: &str) -> Vec<String> {
    let stream = until("the events are fanned out", || async {
        let access = Access::read(data).ok()??;
        let context = connect(access.automation_line().reveal()).await?;
        context.get_stream("MEDIARY_EVENTS").await.ok()
    })
    .await;
    let consumer = stream.create_consumer(pull::OrderedConfig::default()).await.unwrap();
    let mut messages = consumer.messages().await.unwrap();
    let mut kinds = Vec::new();
    while kinds.last().is_none_or(|kind| kind != last) {
        let message = messages.next().await.unwrap().unwrap();
        let words: Vec<&str> = message.subject.split('.').collect();
        kinds.push(words[3..5].join("."));
    }
    kinds
}

fn said(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

// Issue 7: adding a concern is folders plus one entry in each crate.
#[tokio::test(flavor = "multi_thread")]
async fn a_further_concern_is_its_folders_and_ten_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path();
    for path in files_of(root) {
        let to = copy.join(&path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root.join(&path), to).unwrap();
    }
    run(copy.join("ops/new-concern"), &[WORD], copy, &[]);
    let lines = changed(root, copy);
    assert!(lines.len() <= LINES_MAX, "{lines:#?}");
    assert!(lines.iter().all(|line| line.contains(WORD)), "nothing is taken away: {lines:#?}");
    let of_word = |path: &String| path.contains(WORD);
    assert!(files_of(copy).iter().filter(|path| !root.join(path).exists()).all(of_word));

    let binary = tokio::task::block_in_place(|| build(copy));
    let target = binary.ancestors().nth(2).unwrap();
    let tests = tokio::task::block_in_place(|| run_its_tests(copy, target));
    assert!(tests >= 4, "{tests} tests ran");
    let server = ServerFolder::new();
    let data = server.data().to_str().unwrap().to_owned();
    let mut process = server.launch_build(&binary);
    let client = process.ready().await;
    let mut events =
        Subscriber::open(&client, "subscription { events(types: [\"echo\"]) { event { kind } } }", json!({}))
            .await;

    // Its job, from the command line.
    let ask = |arguments: &[&str]| {
        let flags = ["--format", "json", "--data", &data];
        said(&run(&binary, &[arguments, &flags].concat(), copy, &[]))
    };
    let job = ask(&[WORD, "tell", "hello", "--wait", "--batch", "first", "--priority", "7"]);
    assert_eq!((&job["kind"], &job["state"]), (&json!("ECHO"), &json!("SUCCEEDED")), "{job}");
    assert_eq!((&job["batch"], &job["priority"]), (&json!("first"), &json!(7)), "{job}");
    // Its row in its view, and its limit beside the others.
    until("the view has it", || async { (ask(&[WORD, "list"])[0]["letters"] == json!(5)).then_some(()) })
        .await;
    let limits = ask(&["limit", "show"]);
    assert!(limits["kinds"].as_array().unwrap().contains(&json!({ "kind": "ECHO", "limit": 2 })), "{limits}");
    // Its events, what follows from them included, on GraphQL and on NATS.
    let mut kinds = Vec::new();
    while kinds.last().is_none_or(|kind| kind != "echo.rewarded") {
        if let Some(kind) = events.item().await["events"]["event"]["kind"].as_str() {
            kinds.push(kind.to_owned());
        }
    }
    assert_eq!(kinds, ["echo.told", "echo.repeated", "echo.rewarded"]);
    let over_nats = heard(server.data(), "echo.rewarded").await;
    assert!(kinds.iter().all(|kind| over_nats.contains(kind)), "{over_nats:?}");
    // Its words, and who may not.
    assert!(ask(&["why", "hello"]).to_string().contains("repeated its 5 letters"));
    refused_to_viewers(&client).await;
    process.terminate();
    assert!(process.ended().await.success());
    drop(fs::remove_dir_all(target));
}

/// Its permission is that of its concern.
async fn refused_to_viewers(client: &Client) {
    const MAKE: &str = "mutation { tokenCreate(input: { name: \"guest\", role: VIEWER }) { secret } }";
    const TELL: &str = "mutation { echoTell(input: { text: \"hello\" }) { userErrors { code } } }";
    let made = client.ask(MAKE, json!({})).await;
    let guest = client.with_token(made["tokenCreate"]["secret"].as_str().unwrap());
    let answer = guest.ask_raw(TELL, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], json!("FORBIDDEN"), "{answer}");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("to have texts repeated"), "{answer}");
}
