//! Runs the binary, and serves with it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use mediary::demo::{MediaLibrary, Site, SiteOptions, install_plugin};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinSet,
    time::timeout,
};

/// No command of a test takes longer, also on a busy machine with two cores.
const DEADLINE: Duration = Duration::from_mins(3);

/// Waits for what has to come.
pub(crate) async fn within<T>(what: impl Future<Output = T>) -> T {
    timeout(DEADLINE, what).await.expect("it comes in time")
}

/// Waits until it is so.
pub(crate) async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(DEADLINE, waiting).await.unwrap_or_else(|_| panic!("{what} in time"));
}

fn pid(number: u32) -> rustix::process::Pid {
    rustix::process::Pid::from_raw(number.try_into().unwrap()).unwrap()
}

/// What a run of the binary left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The run, which must have ended with this code.
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// The one JSON value on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// Fails unless stderr has all of these.
    #[track_caller]
    pub(crate) fn says(&self, words: &[&str]) {
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is missing in:\n{}", self.stderr);
        }
    }
}

const BINARY: &str = env!("CARGO_BIN_EXE_mediary");

/// The binary, in a folder where nothing is found by chance.
pub(crate) fn binary(folder: &Path) -> Command {
    program(BINARY, folder)
}

/// A program, in a folder where nothing is found by chance; it ends with the test.
pub(crate) fn program(name: &str, folder: &Path) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the program under test is a child of the test")]
    let mut command = Command::new(name);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"MEDIARY_"))
    {
        command.env_remove(name);
    }
    command.current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs the binary to its end.
pub(crate) async fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_with(folder, arguments, &[]).await
}

/// The same with variables in the environment.
pub(crate) async fn run_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = binary(folder);
    command.args(arguments).envs(variables.iter().copied());
    let output = timeout(DEADLINE, command.output()).await.expect("it should have ended long ago").unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap_or(-1);
    Ran { code, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The same with a text on stdin.
pub(crate) async fn run_reading(folder: &Path, arguments: &[&str], stdin: &str) -> Ran {
    let mut command = binary(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Whoever refuses without reading has closed it.
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).await.ok();
    let output = timeout(DEADLINE, child.wait_with_output()).await.expect("it ends in time").unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A run of the binary whose lines are read while it goes on.
pub(crate) struct Running {
    lines: Lines<BufReader<ChildStdout>>,
    child: Child,
}

impl Running {
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_with(folder, arguments, &[])
    }

    /// The same with variables in the environment.
    pub(crate) fn start_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = binary(folder);
        command.args(arguments).envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        Self { lines: BufReader::new(child.stdout.take().unwrap()).lines(), child }
    }

    /// The next so many lines of its output.
    pub(crate) async fn lines(&mut self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.len() < count {
            let line = timeout(DEADLINE, self.lines.next_line()).await.expect("a line comes in time");
            lines.push(line.unwrap().expect("it goes on"));
        }
        lines
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Asks it to stop, as Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        rustix::process::kill_process(pid(self.pid()), rustix::process::Signal::INT).unwrap();
    }

    /// Kills it with -9.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits until it ends by itself, and answers its code.
    pub(crate) async fn end(mut self) -> Option<i32> {
        timeout(DEADLINE, self.child.wait()).await.expect("it ends in time").unwrap().code()
    }
}

/// A served data folder, and the sample site.
pub(crate) struct Served {
    pub(crate) folder: TempDir,
    pub(crate) site: Site,
    pub(crate) url: String,
    child: Child,
    /// Reads what the server says, so that it never waits for a reader; ends with it.
    draining: JoinSet<String>,
}

impl Served {
    /// Serves `data` in a new folder.
    pub(crate) async fn start() -> Self {
        Self::start_with("nats = \"off\"\n").await
    }

    /// The same with lines of the configuration.
    pub(crate) async fn start_with(lines: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let media = MediaLibrary::open_shared().await.unwrap();
        let site = Site::start(&media, SiteOptions::default()).await.unwrap();
        configure(folder.path(), lines);
        let (child, url, draining) = serve(folder.path(), "127.0.0.1:0").await;
        Self { folder, site, url, child, draining }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs the binary beside the data folder, where it finds server and token by itself.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        run(self.folder.path(), arguments).await
    }

    /// The JSON that a command prints; it must end with 0.
    pub(crate) async fn json(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--format", "json"]].concat();
        self.run(&arguments).await.ends_with(0).json()
    }

    /// Asks until the answer is as wanted.
    pub(crate) async fn until(&self, arguments: &[&str], is_wanted: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let found = self.json(arguments).await;
                if is_wanted(&found) {
                    return found;
                }
            }
        };
        timeout(DEADLINE, asking).await.expect("it becomes so in time")
    }

    /// Follows a list of the site, and answers its id.
    pub(crate) async fn add(&self, url: &str) -> String {
        let playlist = self.json(&["playlist", "follow", url, "--wait"]).await;
        playlist["id"].as_str().unwrap().to_owned()
    }

    /// Starts the stopped server again, at the same address.
    pub(crate) async fn start_again(&mut self) {
        let address = self.url.strip_prefix("http://").unwrap().to_owned();
        let (child, url, draining) = serve(self.folder.path(), &address).await;
        assert_eq!(url, self.url);
        (self.child, self.draining) = (child, draining);
    }

    /// Has every further write of the server to a file fail, as on a disk that is gone.
    pub(crate) fn lose_the_disk(&self) {
        let none = rustix::process::Rlimit { current: Some(0), maximum: None };
        rustix::process::prlimit(Some(self.pid()), rustix::process::Resource::Fsize, none).unwrap();
    }

    /// Waits until the server ends by itself, and answers its code.
    pub(crate) async fn end(&mut self) -> Option<i32> {
        timeout(DEADLINE, self.child.wait()).await.expect("it ends in time").unwrap().code()
    }

    /// What the server said after its greeting, once it has ended.
    pub(crate) async fn said(&mut self) -> String {
        self.draining.join_next().await.expect("it is asked once").unwrap()
    }

    /// Kills the server with -9.
    pub(crate) async fn kill(&mut self) {
        rustix::process::kill_process(self.pid(), rustix::process::Signal::KILL).unwrap();
        assert_eq!(self.end().await, None);
    }

    fn pid(&self) -> rustix::process::Pid {
        pid(self.child.id().expect("it runs"))
    }

    /// Asks the server to stop, as Ctrl-C does; it must end with 0.
    pub(crate) async fn stop(&mut self) {
        rustix::process::kill_process(self.pid(), rustix::process::Signal::INT).unwrap();
        assert_eq!(self.end().await, Some(0));
    }
}

impl Drop for Served {
    /// A test that fails ends the server with -9, which can't end what it has started: the NATS server, downloads.
    fn drop(&mut self) {
        let children = self.child.id().map(children_of).unwrap_or_default();
        for child in children {
            // One may have ended just now.
            rustix::process::kill_process(pid(child), rustix::process::Signal::KILL).ok();
        }
    }
}

/// The child processes of a process that runs.
pub(crate) fn children_of(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    children
        .flat_map(|pids| pids.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

/// Names the tools and the site's plugin in a configuration file.
fn configure(folder: &Path, lines: &str) {
    let plugins = install_plugin(&folder.join("plugins")).unwrap();
    let text = format!(
        "{lines}allow_network = [\"127.0.0.0/8\"]\n\
         ytdlp.plugin_dirs = ['{}']\njobs.tries_max = 1\n",
        plugins.display(),
    );
    fs::write(folder.join("mediary.toml"), text).unwrap();
}

/// Starts a server, and answers once it says where it is.
async fn serve(folder: &Path, listen: &str) -> (Child, String, JoinSet<String>) {
    // A write beyond the limit is to be an error, as it is on a full disk, and not a signal: see `lose_the_disk`.
    let ignoring = ["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", BINARY];
    let mut child = program("sh", folder)
        .args(ignoring)
        .args(["serve", "--data", "data", "--listen", listen])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let greeting = async {
        let mut said = String::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some(rest) = line.strip_prefix("Mediary serves on ") {
                return rest.split_whitespace().next().unwrap().to_owned();
            }
            said.push_str(&line);
        }
        panic!("the server ended: {said}");
    };
    let url = timeout(DEADLINE, greeting).await.expect("the server starts in time");
    let mut draining = JoinSet::new();
    draining.spawn(async move {
        let mut rest = Vec::new();
        lines.into_inner().read_to_end(&mut rest).await.ok();
        String::from_utf8_lossy(&rest).into_owned()
    });
    (child, url, draining)
}
