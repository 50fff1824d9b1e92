use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitStatus,
};

use mediary::configuration::Configuration;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use uuid::Uuid;

use crate::{Client, platform, tools, until};

/// A folder with a configuration, for servers one after another.
#[derive(Debug)]
pub struct ServerFolder {
    configuration: Configuration,
    file: PathBuf,
    _folder: TempDir,
}

impl ServerFolder {
    /// A folder of its own, with the configuration of tests.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same, with something configured otherwise.
    pub fn with(options: impl FnOnce(&mut Configuration)) -> Self {
        platform::provide_tls();
        let folder = tempfile::tempdir().unwrap();
        let mut configuration = platform::configuration(folder.path());
        options(&mut configuration);
        let file = folder.path().join("mediary.toml");
        fs::write(&file, toml::to_string(&configuration).unwrap()).unwrap();
        Self { configuration, file, _folder: folder }
    }

    /// What servers in it are configured with.
    pub const fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.configuration.data
    }

    /// Starts a server and waits until it is ready.
    pub async fn serve(&self) -> (ServerProcess, Client) {
        let mut server = self.launch();
        let client = server.ready().await;
        (server, client)
    }

    /// Starts a server with NATS by another build of the program, and waits for nothing.
    pub fn launch_build(&self, program: &Path) -> ServerProcess {
        #[expect(clippy::disallowed_methods, reason = "it is run as a person would, without our runner")]
        let mut command = Command::new(program);
        let child =
            command.args(["serve", "--nats", "auto", "--config"]).arg(&self.file).kill_on_drop(true).spawn();
        let child = child.unwrap();
        let pid = child.id().expect("it was not waited for yet");
        ServerProcess { child, pid, data: self.data().to_owned() }
    }

    /// Starts the program itself with these arguments and its configuration, and waits for nothing.
    pub fn launch_program(&self, arguments: &[&str]) -> Child {
        #[expect(clippy::disallowed_methods, reason = "it is killed, which our runner would prevent")]
        let mut command = Command::new(tools::built("mediary"));
        command.args(arguments).arg("--config").arg(&self.file).kill_on_drop(true).spawn().unwrap()
    }

    /// Starts a server and waits for nothing.
    pub fn launch(&self) -> ServerProcess {
        #[expect(clippy::disallowed_methods, reason = "the victim is killed, which the runner would prevent")]
        let mut command = Command::new(tools::built("serve_for_tests"));
        let child = command.arg(&self.file).kill_on_drop(true).spawn().unwrap();
        let pid = child.id().expect("it was not waited for yet");
        ServerProcess { child, pid, data: self.data().to_owned() }
    }
}

impl Default for ServerFolder {
    fn default() -> Self {
        Self::new()
    }
}

/// A server that is a process of its own, so that it can be killed. Dropping it kills it.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    pid: u32,
    data: PathBuf,
}

impl ServerProcess {
    /// Its pid.
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until `/readyz` says so; answers a client.
    pub async fn ready(&mut self) -> Client {
        let address = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the server ended by itself: {status}");
            }
            if let Some(address) = self.announced() {
                break address;
            }
            tokio::time::sleep(crate::wait::LOOK_AGAIN_AFTER).await;
        };
        let http = reqwest::Client::new();
        until("the server is ready", || async {
            let answer = http.get(format!("http://{address}/readyz")).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        Client::of_data(&self.data, address)
    }

    /// The address that this server has written beside its data; a killed one's stays behind.
    fn announced(&self) -> Option<SocketAddr> {
        let text = fs::read_to_string(self.data.join(".lock")).ok()?;
        let listen = text.strip_prefix(&format!("pid {}\n", self.pid))?.strip_prefix("listen ")?;
        listen.strip_suffix('\n')?.parse().ok()
    }

    /// The most memory that it ever had, in bytes.
    pub fn memory_peak_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
    }

    /// Kills it with -9, and only it: its children are left behind.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop, as a service manager does.
    pub fn terminate(&self) {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
    }

    /// Waits for its end.
    pub async fn ended(mut self) -> ExitStatus {
        self.child.wait().await.unwrap()
    }
}

/// A process that carries the marker of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Its pid.
    pub pid: u32,
    /// The pid of the server that started it.
    pub server_pid: u32,
    /// The look at a program that it is part of, if it is.
    pub probe: Option<String>,
    /// The first words of its command line.
    pub command: String,
}

/// Every process that carries the marker of a log.
pub fn marked(log_id: Uuid) -> Vec<Marked> {
    let pids = fs::read_dir("/proc").unwrap().flatten();
    pids.filter_map(|entry| look(entry.file_name().to_str()?.parse().ok()?, log_id)).collect()
}

fn look(pid: u32, log_id: Uuid) -> Option<Marked> {
    let text = |file| {
        fs::read(format!("/proc/{pid}/{file}")).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let environment = text("environ")?;
    let variable =
        |name: &str| environment.split('\0').find_map(|each| each.strip_prefix(name)?.strip_prefix('='));
    if variable("MEDIARY_LOG")? != log_id.to_string() {
        return None;
    }
    let server_pid = variable("MEDIARY_RUN")?.split('-').next()?.parse().ok()?;
    let command = text("cmdline")?.split('\0').take(3).collect::<Vec<_>>().join(" ");
    let probe = variable("MEDIARY_PROBE").map(str::to_owned);
    Some(Marked { pid, server_pid, probe, command })
}
