//! A `nats-server` of a test: its own folder and port, and an end with the test.

use std::{
    fs,
    io::Read as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use async_nats::{Client, ConnectError, ConnectOptions};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// The servers to try: the project's own and the system's.
pub(super) fn programs() -> Vec<PathBuf> {
    let own = mediary_tools::required("nats-server");
    let systems = ["/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"];
    let mut found: Vec<_> =
        systems.iter().map(PathBuf::from).chain([own]).filter(|path| path.exists()).collect();
    // `/usr/sbin` may be `/usr/bin`.
    found.dedup_by_key(|path| path.canonicalize().unwrap());
    found
}

const PASSWORD: &str = "hunter2";

/// Where a server listens, whether it runs or not.
#[derive(Clone, Copy)]
pub(super) struct Address {
    pub(super) port: u16,
}

impl Address {
    /// The address with credentials.
    pub(super) fn url(self) -> String {
        format!("nats://mediary:{PASSWORD}@127.0.0.1:{}", self.port)
    }

    pub(super) async fn connect(self) -> Result<Client, ConnectError> {
        let options = ConnectOptions::with_user_and_password("mediary".to_owned(), PASSWORD.to_owned());
        options.max_reconnects(1).connect(format!("127.0.0.1:{}", self.port)).await
    }
}

/// A server that runs, or doesn't for a while.
pub(super) struct TestServer {
    program: PathBuf,
    folder: TempDir,
    port: u16,
    extra: &'static str,
    child: Option<Child>,
}

impl TestServer {
    pub(super) async fn start(program: &Path) -> Self {
        Self::start_with(program, "").await
    }

    /// Starts a server with more lines of configuration.
    pub(super) async fn start_with(program: &Path, extra: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { program: program.to_owned(), folder, port, extra, child: None };
        server.up().await;
        server
    }

    pub(super) fn address(&self) -> Address {
        Address { port: self.port }
    }

    pub(super) fn url(&self) -> String {
        self.address().url()
    }

    /// A connection beside the relay's.
    pub(super) async fn client(&self) -> Client {
        self.address().connect().await.unwrap()
    }

    /// Starts it again, and waits until it answers.
    pub(super) async fn up(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if self.child.as_mut().is_none_or(|child| child.try_wait().unwrap().is_some()) {
                // At first, or because somebody has the port for a moment.
                self.child = Some(self.spawn());
            }
            // It starts JetStream before it listens.
            if self.address().connect().await.is_ok() {
                return;
            }
            assert!(Instant::now() < deadline, "no answer: {}", self.output());
            sleep(Duration::from_millis(20)).await;
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a test's own server; the supervised one is in actors")]
    fn spawn(&self) -> Child {
        let path = |name: &str| self.folder.path().join(name);
        let config = format!(
            "listen: 127.0.0.1:{}\njetstream {{ store_dir: {:?}, max_mem: 64MB, max_file: 1GB }}\n\
             accounts {{\n\
               HOME {{ jetstream: enabled, users: [ {{ user: mediary, password: {} }} ] }}\n\
               BARE {{ users: [ {{ user: bare, password: bare }},\n\
                 {{ user: mute, password: mute, permissions: {{ publish: {{ deny: \"audit.>\" }} }} }} ] }}\n\
             }}\n{}\n",
            self.port,
            path("store"),
            PASSWORD,
            self.extra
        );
        fs::write(path("server.conf"), config).unwrap();
        let output = fs::File::options().create(true).append(true).open(path("output")).unwrap();
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(path("server.conf"));
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
        command.spawn().unwrap()
    }

    fn output(&self) -> String {
        let mut text = String::new();
        fs::File::open(self.folder.path().join("output")).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// Ends it like a power switch.
    pub(super) fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Removes all that it stored; it must not run.
    pub(super) fn wipe(&self) {
        assert!(self.child.is_none());
        fs::remove_dir_all(self.folder.path().join("store")).unwrap();
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.kill();
        }
    }
}
