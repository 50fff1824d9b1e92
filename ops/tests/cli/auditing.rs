//! A replay that is asked, one that is sent again, and what of them is left.

use std::{
    collections::BTreeMap,
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::SystemTime,
};

use serde_json::{Value, json};

use super::harness::{Ran, Running, Served, children_of, eventually, program, run, run_with};

/// Every file and folder below a folder: what is in it, and when it was written.
#[expect(clippy::unwrap_used, reason = "only test functions may by themselves (rust-clippy issue 13981)")]
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, (Option<blake3::Hash>, SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let written = fs::symlink_metadata(&path).unwrap().modified().unwrap();
        let is_folder = path.is_dir();
        let bytes = (!is_folder).then(|| blake3::hash(&fs::read(&path).unwrap()));
        if is_folder {
            found.extend(files(&path));
        }
        found.insert(path, (bytes, written));
    }
    found
}

/// Lets nobody write in a folder, or its owner again.
#[expect(clippy::unwrap_used, reason = "only test functions may by themselves (rust-clippy issue 13981)")]
pub(crate) fn allow_writing(folder: &Path, is_allowed: bool) {
    for path in files(folder).into_keys().chain([folder.to_owned()]) {
        let before = fs::metadata(&path).unwrap().permissions().mode();
        let mode = if is_allowed { before | 0o200 } else { before & !0o222 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// A replay that answers, asked as a server is.
struct Replaying {
    running: Running,
    said: Value,
    url: String,
    copy: String,
    /// Where it has its folder.
    scratch: tempfile::TempDir,
}

impl Replaying {
    #[expect(clippy::unwrap_used, reason = "only test functions may by themselves (rust-clippy issue 13981)")]
    async fn start(folder: &Path, more: &[&str]) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let arguments = [&["replay", "--data", "data", "--serve", "--format", "json"], more].concat();
        // Where nothing may be started, and nothing is found that could be.
        let variables = [("TMPDIR", scratch.path().to_str().unwrap()), ("PATH", "/nowhere")];
        let mut running = Running::start_with(folder, &arguments, &variables);
        let said: Value = serde_json::from_str(&running.lines(1).await[0]).unwrap();
        let text = |name: &str| said["serves"][name].as_str().unwrap().to_owned();
        let (url, copy) = (text("url"), text("data"));
        Self { running, said, url, copy, scratch }
    }

    async fn run(&self, arguments: &[&str]) -> Ran {
        let arguments = [arguments, &["--data", &self.copy, "--format", "json"]].concat();
        run(self.scratch.path(), &arguments).await
    }

    /// Asks as a program does.
    #[expect(clippy::unwrap_used, reason = "only test functions may by themselves (rust-clippy issue 13981)")]
    async fn post(&self, token_of: &Path, query: &str) -> (u16, Value) {
        let token = fs::read_to_string(token_of.join("local.token")).unwrap();
        let asked = reqwest::Client::new().post(format!("{}/graphql", self.url)).bearer_auth(token.trim());
        let answer = asked.json(&json!({ "query": query })).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn ask(&self, query: &str) -> Value {
        self.post(Path::new(&self.copy), query).await.1
    }
}

/// The ports of the sockets of a process: its own, and whose it talks to.
#[expect(clippy::unwrap_used, reason = "only test functions may by themselves (rust-clippy issue 13981)")]
fn sockets_of(pid: u32) -> Vec<(String, String)> {
    let process = PathBuf::from(format!("/proc/{pid}"));
    let open = fs::read_dir(process.join("fd")).unwrap().flatten();
    let links = open.filter_map(|file| fs::read_link(file.path()).ok());
    let own: Vec<String> = links
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let mut sockets = Vec::new();
    for kind in ["tcp", "tcp6", "udp", "udp6"] {
        let Ok(text) = fs::read_to_string(process.join("net").join(kind)) else { continue };
        for line in text.lines().skip(1) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let port = |address: &str| address.rsplit(':').next().unwrap().to_owned();
            if own.iter().any(|inode| inode == words[9]) {
                sockets.push((port(words[1]), port(words[2])));
            }
        }
    }
    sockets
}

// PL-16, must hold 6: of a folder where nobody may write.
// invariant: V-10
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_answers_as_of_its_end_and_does_nothing() {
    mediary::provide_tls();
    let mut served = Served::start().await;
    let id = served.add(&served.site.feed_url("talks")).await;
    let until = served.json(&["replay", "--data", "data"]).await["lastPosition"].to_string();
    served.run(&["playlist", "unfollow", &id]).await.ends_with(0);
    served.stop().await;
    allow_writing(&served.data(), false);
    let before = files(&served.data());

    let replaying = Replaying::start(served.folder.path(), &["--until", &until]).await;
    assert_eq!(replaying.said["lastPosition"].to_string(), until);
    assert!(replaying.url.starts_with("http://127.0.0.1:"), "{}", replaying.url);
    let listed = replaying.run(&["playlist", "list"]).await.ends_with(0).json();
    assert_eq!((&listed[0]["id"], &listed[0]["followed"]), (&json!(id), &json!(true)), "it was, then");
    let earlier = replaying.run(&["playlist", "list", "--as-of", "1"]).await.ends_with(0).json();
    assert_eq!(earlier, json!([]));
    replaying.run(&["playlist", "show", &id]).await.ends_with(0);
    replaying.run(&["why", &id]).await.ends_with(0);

    // Nothing is done, whichever way it is asked, nor told of what is not in it.
    let refused = replaying.run(&["playlist", "follow", &served.site.list_url("videos")]).await.ends_with(3);
    refused.says(&["REPLAY_READ_ONLY", &format!("as of position {until}")]);
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
    let watching = replaying.ask("subscription { jobChanges { position } }").await;
    assert_eq!(code(&watching), "REPLAY_READ_ONLY", "{watching}");
    let two = "mutation { limitsSet(input: { total: 3 }) { position } } query Q { __typename }";
    assert_ne!(code(&replaying.ask(two).await), Value::Null);
    let later = until.parse::<u64>().unwrap() + 1;
    let later = format!("{{ playlists(asOf: {{ position: {later} }}) {{ totalCount }} }}");
    assert_eq!(code(&replaying.ask(&later).await), "POSITION_BEYOND_HEAD");
    assert_eq!(code(&replaying.ask("{ lanes { name } }").await), "NOT_RECORDED");
    for query in ["{ __typename }", "{ playlists { totalCount } }", "{ head { position } }"] {
        let answer = replaying.ask(query).await;
        assert_eq!(answer["extensions"]["asOf"]["position"].to_string(), until, "{query}: {answer}");
    }
    assert_eq!(replaying.ask("{ head { position } }").await["data"]["head"]["position"].to_string(), until);

    // Whoever has a token of the log is not let in, and there are no other doors.
    let (status, _) = replaying.post(&served.data(), "{ __typename }").await;
    assert_eq!(status, 401);
    for path in ["graphql/ws", "v1/log/export", "v1/log/backup", "metrics"] {
        let answer = reqwest::get(format!("{}/{path}", replaying.url)).await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    let (children, sockets) = (children_of(replaying.running.pid()), sockets_of(replaying.running.pid()));
    assert_eq!(children, Vec::<u32>::new());
    let port = replaying.url.rsplit(':').next().unwrap().parse::<u16>().unwrap();
    assert!(sockets.iter().all(|(own, _)| *own == format!("{port:04X}")), "{port:04X}: {sockets:?}");
    assert!(!sockets.is_empty());

    let Replaying { running, scratch, .. } = replaying;
    running.interrupt();
    assert_eq!(running.end().await, Some(0));
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0, "its folder is gone");
    assert_eq!(files(&served.data()), before);
    allow_writing(&served.data(), true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_replay_leaves_is_removed_by_the_next() {
    let mut served = Served::start().await;
    served.stop().await;
    let replaying = Replaying::start(served.folder.path(), &[]).await;
    let Replaying { running, scratch, copy, .. } = replaying;
    running.kill().await;
    assert!(Path::new(&copy).join("local.token").exists());
    let variables = [("TMPDIR", scratch.path().to_str().unwrap())];
    run_with(served.folder.path(), &["replay", "--data", "data"], &variables).await.ends_with(0);
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_sent_again_to_a_subject_that_is_not_live() {
    let mut served = Served::start().await;
    served.add(&served.site.feed_url("talks")).await;
    served.stop().await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("nats://127.0.0.1:{port}");
    let again = ["replay", "--data", "data", "--publish", "audit.again", "--nats", &address];
    served.run(&again).await.ends_with(1).says(&["NATS_UNREACHABLE", "help:"]);
    let nats = mediary_tools::required("nats-server");
    let mut nats = program(nats.to_str().unwrap(), served.folder.path())
        .args(["-a", "127.0.0.1", "-p", &port.to_string()])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("nats-server listens", || TcpStream::connect(("127.0.0.1", port)).is_ok()).await;
    let sent = served.json(&[&again[..], &["--from", "4", "--until", "9"]].concat()).await;
    let published = &sent["published"];
    assert_eq!((&published["firstPosition"], &published["lastPosition"]), (&json!(4), &json!(9)));
    assert_eq!((&published["messageCount"], &published["withheldCount"]), (&json!(6), &json!(0)));
    assert!(published["replayId"].is_string());
    nats.kill().await.unwrap();

    let live = ["replay", "--data", "data", "--publish", "mediary.events.again", "--nats", &address];
    served.run(&live).await.ends_with(2).says(&["mediary.", "live"]);
    let nowhere = ["replay", "--data", "data", "--publish", "audit.again"];
    served.run(&nowhere).await.ends_with(2).says(&["--nats"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_is_still_built_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    // Nobody ever writes into it.
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.path().join("bundle"), mode).unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let arguments = ["replay", "--bundle", "bundle", "--serve", &address];
    let variables = [("TMPDIR", folder.path().to_str().unwrap())];
    let running = Running::start_with(folder.path(), &arguments, &variables);
    eventually("the address is taken", || TcpStream::connect(&address).is_ok()).await;
    running.interrupt();
    assert_eq!(running.end().await, None, "the signal ends it: nothing has to be given back yet");
}
