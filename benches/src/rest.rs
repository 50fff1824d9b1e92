//! A server with nothing to do, as a process of its own: how soon it is ready, how often it wakes up, what memory it has.
//!
//! The process is the benchmark itself with other arguments, since what it measures is another process than its own.

use std::{
    collections::HashMap,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use mediary::{
    configuration::{Configuration, NatsMode},
    serve::{self, ServeError},
};
use mediary_actors::process::{Environment, Runner, Running, Spec, Status};
use mediary_schema::IdSource;
use tokio::time::{Instant, sleep, timeout};

/// The argument that makes a server of the benchmark; the next one is its folder.
pub const SERVE: &str = "serve";
/// How long a start, a stop, or coming to rest may take before something must be wrong.
const DEADLINE: Duration = Duration::from_mins(5);
/// How often is looked whether it is ready.
const OFTEN: Duration = Duration::from_millis(1);
/// A process is at rest that has not woken up for so long.
const AT_REST: Duration = Duration::from_secs(2);

/// The data folder of a server below a folder.
pub fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// Serves below a folder until it is told to stop; the machine is looked at each so many seconds, or not at all.
pub async fn serve(folder: &Path, host_every_s: u32) -> Result<(), ServeError> {
    let mut configuration = Configuration::of_data(&data(folder));
    configuration.listen = ([127, 0, 0, 1], 0).into();
    configuration.nats = NatsMode::Off;
    configuration.telemetry.host_every_s = host_every_s;
    "error".clone_into(&mut configuration.logging.filter);
    serve::run(configuration).await
}

/// A server in a process of its own.
#[derive(Debug)]
pub struct Served {
    running: Running,
    /// How long it took from its start until it was ready.
    pub ready_after: Duration,
}

impl Served {
    /// Starts one below a folder, by a program that serves if it is told so, and waits until it is ready.
    ///
    /// # Panics
    /// If it does not get ready.
    pub async fn start(program: &Path, folder: &Path) -> Self {
        Self::start_measured(program, folder, 0).await
    }

    /// The same of one that looks at the machine each so many seconds.
    ///
    /// # Panics
    /// If it does not get ready.
    pub async fn start_measured(program: &Path, folder: &Path, host_every_s: u32) -> Self {
        let runner = Runner::new(IdSource::system().next(), Environment::of(std::env::vars_os()));
        let spec = Spec::new("mediary", program).arg(SERVE).arg(folder);
        let spec = spec.arg(host_every_s.to_string()).grace(DEADLINE);
        let http = reqwest::Client::new();
        let began = Instant::now();
        let running = runner.spawn(&spec).expect("it starts");
        running.ignore_lines();
        let ready = async {
            while !is_ready(&http, folder, running.pid()).await {
                sleep(OFTEN).await;
            }
        };
        timeout(DEADLINE, ready).await.expect("it gets ready");
        Self { running, ready_after: began.elapsed() }
    }

    /// Its pid.
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    /// Stops it as a service manager does, and waits for its end.
    ///
    /// # Panics
    /// If it does not end well.
    pub async fn stop(self) {
        let ended = self.running.cancel().await;
        assert_eq!(ended.status, Status::Exited(0), "{ended:?}");
    }
}

async fn is_ready(http: &reqwest::Client, folder: &Path, pid: u32) -> bool {
    let Some(address) = announced(&data(folder), pid) else { return false };
    let answer = http.get(format!("http://{address}/readyz")).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

/// The address that a server has written beside its data; an earlier one's stays behind.
fn announced(data: &Path, pid: u32) -> Option<SocketAddr> {
    let text = fs::read_to_string(data.join(".lock")).ok()?;
    text.strip_prefix(&format!("pid {pid}\n"))?.strip_prefix("listen ")?.trim_end().parse().ok()
}

/// The memory that a process has now, in bytes.
pub fn memory_bytes(pid: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    Ok(number(&status, "VmRSS:") << 10)
}

/// How often the threads of a process have gone to sleep by themselves, by thread: each time something woke them.
fn sleeps(pid: u32) -> io::Result<HashMap<String, u64>> {
    let mut sleeps = HashMap::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let thread = thread?;
        // One that has just ended is no thread any more.
        if let Ok(status) = fs::read_to_string(thread.path().join("status")) {
            let name = thread.file_name().to_string_lossy().into_owned();
            sleeps.insert(name, number(&status, "voluntary_ctxt_switches:"));
        }
    }
    Ok(sleeps)
}

/// How often a process wakes up in that time.
pub async fn wake_ups(pid: u32, during: Duration) -> io::Result<u64> {
    let before = sleeps(pid)?;
    sleep(during).await;
    let since = |(thread, count): (&String, &u64)| {
        count.saturating_sub(before.get(thread).copied().unwrap_or_default())
    };
    Ok(sleeps(pid)?.iter().map(since).sum())
}

/// Waits until a process has nothing more to do: what begins with it, as the proof of the log, comes to its end.
///
/// # Panics
/// If it never comes to rest.
pub async fn at_rest(pid: u32) -> io::Result<Duration> {
    let began = Instant::now();
    while wake_ups(pid, AT_REST).await? > 0 {
        assert!(began.elapsed() < DEADLINE, "it comes to rest");
    }
    Ok(began.elapsed())
}

fn number(status: &str, name: &str) -> u64 {
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    value.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{RecvTimeoutError, channel};

    use super::*;

    #[test]
    fn a_thread_that_looks_all_the_time_is_seen_to_wake_up() {
        let pid = std::process::id();
        assert!(memory_bytes(pid).unwrap() > 1 << 20);
        let (stop, stopped) = channel::<()>();
        let worker = std::thread::spawn(move || {
            let mut turns = 0;
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(Duration::from_millis(5)) {
                turns += 1;
            }
            turns
        });
        let counted = crate::runtime().block_on(wake_ups(pid, Duration::from_millis(500))).unwrap();
        drop(stop);
        assert!(counted > 20, "{counted}");
        assert!(worker.join().unwrap() > 20);
    }

    #[test]
    fn a_server_says_that_it_is_ready() {
        mediary::provide_tls();
        let folder = tempfile::tempdir().unwrap();
        crate::runtime().block_on(async {
            let serving = serve(folder.path(), 0);
            let pid = std::process::id();
            let http = reqwest::Client::new();
            let ready = async {
                while !is_ready(&http, folder.path(), pid).await {
                    sleep(OFTEN).await;
                }
            };
            tokio::select! {
                ended = serving => panic!("{ended:?}"),
                ready = timeout(DEADLINE, ready) => ready.expect("it gets ready"),
            }
        });
    }
}
