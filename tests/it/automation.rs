//! The examples of `docs/automation`, run as they stand there (PL-63).

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use mediary::configuration::NatsMode;
use mediary_actors::nats::Access;
use mediary_events::{account::Account, codec};
use mediary_log::{Read, Recorded};
use mediary_tests::{DEADLINE, Platform, built, tools_folder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
};

use crate::nats_command::credential;

const COMMAND: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/automation").join(name)
}

/// What a program said, and how it ended.
struct Said {
    lines: Vec<String>,
    errors: String,
    is_done: bool,
}

impl Said {
    #[track_caller]
    fn json(&self, line: usize) -> Value {
        let text = self.lines.get(line).unwrap_or_else(|| panic!("{:?} {}", self.lines, self.errors));
        serde_json::from_str(text).unwrap()
    }
}

fn command(program: impl AsRef<Path>, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "it is run as its reader would, without our runner")]
    let mut command = Command::new(program.as_ref());
    command.args(arguments).envs(environment.iter().copied()).kill_on_drop(true);
    command
}

async fn run(program: impl AsRef<Path>, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
    let mut command = command(program, arguments, environment);
    ended(&mut command).await
}

async fn ended(command: &mut Command) -> Said {
    let output = tokio::time::timeout(DEADLINE, command.output()).await.expect("it ends").unwrap();
    Said {
        lines: String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        is_done: output.status.success(),
    }
}

fn recorded(platform: &Platform, kind: &str) -> Vec<Recorded> {
    let events = platform.server.log().read(&Read::forward(1).limit(usize::MAX)).unwrap();
    events.into_iter().filter(|event| event.envelope.kind() == kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_in_shell_asks_first_and_then_follows_once() {
    let platform = Platform::start().await;
    let url = platform.site.list_url("videos");
    let environment = [("MEDIARY_SERVER", platform.client.url()), ("MEDIARY_TOKEN", platform.client.token())];
    let said = run(example("follow.sh"), &[&url, COMMAND], &environment).await;
    assert!(said.is_done, "{}", said.errors);
    let (dry, done) = (&said.json(0)["data"]["playlistFollow"], &said.json(1)["data"]["playlistFollow"]);
    assert_eq!((&dry["playlist"], &dry["storyId"]), (&Value::Null, &Value::Null), "{dry}");
    assert_eq!((&dry["dryRun"]["eventCount"], &dry["dryRun"]["effects"]["jobCount"]), (&json!(3), &json!(1)));
    assert_eq!((&done["repeated"], &done["dryRun"]), (&json!(false), &Value::Null), "{done}");
    let again = run(example("follow.sh"), &[&url, COMMAND], &environment).await;
    assert_eq!(again.json(1)["data"]["playlistFollow"]["repeated"], json!(true));
    assert_eq!(recorded(&platform, "playlist.follow_requested").len(), 1);
    platform.stop().await;
}

/// The example in JavaScript, which hears everything behind a position up to an event of
/// this kind, and the folder that it runs in.
fn watch(platform: &Platform, after: &str, until_kind: &str) -> (TempDir, Command) {
    let folder = tempfile::tempdir().unwrap();
    let tools = tools_folder();
    let packages = tools.parent().unwrap().join("npm");
    assert!(packages.is_dir(), "graphql-ws is not installed: `ops/test` installs it");
    std::fs::copy(example("watch.mjs"), folder.path().join("watch.mjs")).unwrap();
    std::fs::copy(packages.join("package.json"), folder.path().join("package.json")).unwrap();
    std::os::unix::fs::symlink(packages.join("node_modules"), folder.path().join("node_modules")).unwrap();
    let script = folder.path().join("watch.mjs").display().to_string();
    let cache = folder.path().join("deno").display().to_string();
    // What stands in somebody's home, an `.npmrc` for one, is none of its business.
    let home = folder.path().display().to_string();
    let environment = [
        ("HOME", home.as_str()),
        ("MEDIARY_SERVER", platform.client.url()),
        ("MEDIARY_TOKEN", platform.client.token()),
        ("DENO_DIR", &cache),
    ];
    let allowed = ["--allow-env", "--allow-net", "--allow-read", "--node-modules-dir=manual"];
    let arguments =
        [&["run", "--quiet", "--no-prompt"], &allowed[..], &[&script, after, until_kind]].concat();
    let command = command(tools.join("deno"), &arguments, &environment);
    (folder, command)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_in_javascript_hears_every_event() {
    let platform = Platform::start().await;
    platform.client.follow(&platform.site.list_url("videos")).await;
    let (_folder, mut watching) = watch(&platform, "0", LAST);
    let said = ended(&mut watching).await;
    assert!(said.is_done, "{} {:?}", said.errors, said.lines);
    assert_eq!(said.lines, heard(&platform, LAST));
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_in_javascript_goes_on_after_a_break_without_a_gap_and_without_a_repeat() {
    const CHANGED: &str = "setting.limits_changed";
    let mut platform = Platform::start().await;
    platform.client.follow(&platform.site.list_url("videos")).await;
    let (_folder, mut watching) = watch(&platform, "0", CHANGED);
    let mut watching = watching.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    let mut said: Vec<String> = Vec::new();
    let listening = async {
        while !said.last().is_some_and(|line| line.ends_with(LAST)) {
            said.push(lines.next_line().await.unwrap().expect("it goes on"));
        }
    };
    tokio::time::timeout(DEADLINE, listening).await.expect("it hears");
    platform.configuration.listen = platform.server.address();
    let platform = platform.restart().await;
    platform.client.limit_downloads(3).await;
    let listening = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            said.push(line);
        }
    };
    tokio::time::timeout(DEADLINE, listening).await.expect("it ends");
    assert!(watching.wait().await.unwrap().success(), "{said:?}");
    assert_eq!(said, heard(&platform, CHANGED));
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_in_javascript_ends_where_asking_again_is_of_no_use() {
    let platform = Platform::start().await;
    // The one is no place at all, which the server finds before it hears; the other is of another log.
    for (after, words) in [("nonsense", "Uncaught"), ("999999", "the log ends at")] {
        let (_folder, mut watching) = watch(&platform, after, LAST);
        let said = ended(&mut watching).await;
        assert!(!said.is_done && said.errors.contains(words), "{} {:?}", said.errors, said.lines);
    }
    platform.stop().await;
}

/// What ends the first refresh of a list.
const LAST: &str = "playlist.refresh_completed";

/// The lines of an example that hears everything up to an event of this kind.
fn heard(platform: &Platform, until_kind: &str) -> Vec<String> {
    let events = platform.server.log().read(&Read::forward(1).limit(usize::MAX)).unwrap();
    let last = events.iter().position(|event| event.envelope.kind() == until_kind).unwrap();
    let lines = events[..=last].iter().map(|event| format!("{} {}", event.position(), event.envelope.kind()));
    lines.collect()
}

// Issue 5, must hold 7.
#[tokio::test(flavor = "multi_thread")]
async fn the_examples_over_nats_speak_as_their_principal_and_hear_every_event() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.nats = NatsMode::Auto)).await;
    let access = Access::read(platform.data()).unwrap().unwrap();
    let server = format!("nats://127.0.0.1:{}", access.port());
    let url = platform.site.list_url("videos");
    let python = tools_folder().parent().unwrap().join("check/bin/python");
    assert!(python.is_file(), "nats-py is not installed: `ops/test` installs it");
    let script = example("follow.py").display().to_string();
    let mut answers = Vec::new();
    for (name, role) in [("robot", "EDITOR"), ("guest", "VIEWER")] {
        let who = credential(&platform, name, role).await;
        // Whoever is told its password may use it: the server has to know it by then.
        let nats = who.connect(&platform).await;
        who.ask(&nats, "playlist.unknown", &json!({}), async_nats::HeaderMap::new()).await;
        let environment = [
            ("MEDIARY_NATS", server.as_str()),
            ("MEDIARY_NATS_USER", who.text("user")),
            ("MEDIARY_TOKEN", who.secret.as_str()),
            ("MEDIARY_NATS_SUBJECT", who.text("subject")),
            ("MEDIARY_NATS_INBOX", who.text("inboxPrefix")),
        ];
        let said = run(&python, &[&script, &url, COMMAND], &environment).await;
        let again = run(&python, &[&script, &url, COMMAND], &environment).await;
        answers.push((who, said, again));
    }
    let (robot, said, again) = &answers[0];
    assert!(said.is_done && again.is_done, "{}", said.errors);
    assert_eq!(again.json(0)["repeated"], json!(true));
    let followed = recorded(&platform, "playlist.follow_requested");
    let [event] = &followed[..] else { panic!("{followed:?}") };
    assert_eq!(event.envelope.principal.to_string(), robot.text("principalId"));

    let (guest, said, again) = &answers[1];
    assert!(!said.is_done && !again.is_done);
    assert_eq!(said.json(0)["user_errors"][0]["code"], json!("FORBIDDEN"));
    let refused = recorded(&platform, "account.command_refused");
    let [event] = &refused[..] else { panic!("recorded the first time: {refused:?}") };
    assert_eq!(event.envelope.principal.to_string(), guest.text("principalId"));
    let fact = codec::events_of::<Account>(event).unwrap().remove(0);
    let mediary_events::account::Event::CommandRefused { token_id, command } = fact else {
        panic!("{fact:?}")
    };
    assert_eq!((token_id.to_string(), command.as_str()), (guest.token_id.clone(), "playlist.follow"));

    platform.client.wait_job(answers[0].1.json(0)["job_id"].as_str().unwrap()).await;
    let line = access.automation_line();
    let listened = run(built("automation_listen"), &["0", LAST], &[("MEDIARY_NATS", line.reveal())]).await;
    assert!(listened.is_done, "{}", listened.errors);
    assert_eq!(listened.lines, heard(&platform, LAST));
    platform.stop().await;
}
