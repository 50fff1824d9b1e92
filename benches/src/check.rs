//! Checks: how late each look is while one of them hangs, and what checks cost that nobody has to look at.

use std::{
    collections::BTreeMap,
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    thread::JoinHandle,
    time::Duration,
};

use futures::{StreamExt as _, stream};
use mediary_actors::{
    check::{CheckRunner, CheckRunnerArguments, Equipment},
    net::{self, Guard, Net},
    process::{Environment, Outputs, Runner},
};
use mediary_log::{
    Origin, OriginKind,
    alarm::{Alarms, Leaps},
    check::Checks,
    gate::{Caller, Gate, Options},
    telemetry,
    vault::Vault,
    work::REGISTRY,
};
use mediary_schema::{CommandId, PrincipalId, Timestamp, account::Role, telemetry::Sample};
use ractor::Actor;
use serde_json::{Value, json};
use uuid::Uuid;

/// Commands that are asked at once: they share syncs.
const ASKED_AT_ONCE: usize = 256;
/// Bytes of words of programs that are kept.
const OUTPUT_BYTES: u64 = 1 << 30;
/// How long the one that hangs is waited for, in seconds.
const HANGS_S: u32 = 30;
const SECOND: Duration = Duration::from_secs(1);

/// Has so many checks added, each of a file that is there, looked at each so many seconds.
///
/// # Panics
/// If one is refused.
pub async fn fill(gate: &Gate, folder: &Path, count: usize, every_s: u32) {
    let file = folder.join("looked at");
    fs::write(&file, "").expect("a file can be written");
    let probe = json!({ "file_age": { "path": file, "age_max_seconds": 31_536_000 } });
    let adding = stream::iter(0..count)
        .map(|number| add(gate, format!("check {number:06}"), probe.clone(), every_s))
        .buffer_unordered(ASKED_AT_ONCE);
    adding.for_each(|()| async {}).await;
}

async fn add(gate: &Gate, name: String, probe: Value, every_s: u32) {
    let definition = json!({
        "probe": probe,
        "rhythm": { "timing": { "every": { "seconds": every_s } } },
        "timeout_seconds": HANGS_S,
    });
    let origin = Origin { kind: OriginKind::Cli, id: Uuid::nil() };
    let command_id = CommandId::from_uuid(gate.ids().next());
    let caller = Caller::person(PrincipalId::OWNER, Role::Owner, origin, command_id, gate.ids());
    let wanted = json!({ "name": name, "definition": definition });
    let command = REGISTRY.command("check.add", wanted).expect("it is a command");
    gate.ask_command(caller, command, Options::default()).await.expect("it is added");
}

/// What came of looks that are to be made each second.
#[derive(Debug)]
pub struct Punctual {
    /// Looks of all checks that ended, but for the one that hangs.
    pub looks: usize,
    /// By how much each came later after the one before than a second, sorted; nothing if it came in time.
    pub late: Vec<Duration>,
    /// Checks that were looked at.
    pub checks: usize,
}

impl Punctual {
    /// How late so many percent of looks were at most.
    pub fn percentile(&self, percent: usize) -> Duration {
        let last = self.late.len().saturating_sub(1);
        self.late.get(last * percent / 100).copied().unwrap_or_default()
    }
}

/// Has so many checks looked at each second for so long, and beside them one whose other end takes the connection and says
/// nothing.
///
/// # Panics
/// If the folder can't be used.
pub async fn punctual(folder: &Path, count: usize, during: Duration) -> Punctual {
    let gate = crate::world::open(&folder.join("log"));
    fill(&gate, folder, count, 1).await;
    let silent = Silent::start().expect("a port is free");
    let probe = json!({ "http": { "url": format!("http://{}/", silent.address) } });
    add(&gate, "hangs".to_owned(), probe, 1).await;

    let (samples, queue) = telemetry::queue();
    let closer = queue.closer();
    let taking = std::thread::spawn(move || {
        let mut taken = Vec::new();
        while let Some(more) = queue.next() {
            taken.extend(more);
        }
        taken
    });
    let guard = Guard::new(["127.0.0.0/8".parse().expect("it is a network")]);
    let net = Net::try_new(net::Options { guard, ..net::Options::in_folder(folder.join("net")) });
    let arguments = CheckRunnerArguments {
        gate: gate.clone(),
        alarms: Alarms::start(gate.clock().clone(), Leaps::system()),
        equipment: Equipment {
            net: net.expect("TLS is there"),
            runner: Runner::new(gate.log().id(), Environment::of(std::env::vars_os())),
            outputs: Outputs::in_folder(folder.join("output"), OUTPUT_BYTES),
            vault: Vault::start(gate.log(), folder, None).expect("a key can be made"),
            log: gate.log().clone(),
            identities: gate.identities(),
        },
        samples,
        checks: Checks::default(),
    };
    let (runner, handle) = Actor::spawn(None, CheckRunner, arguments).await.expect("it starts");
    tokio::time::sleep(during).await;
    runner.stop(None);
    handle.await.expect("it ends");
    closer.close();
    let taken = taking.join().expect("it takes what there is");
    drop(silent);
    lateness(&taken)
}

fn lateness(taken: &[Sample]) -> Punctual {
    let mut looks: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
    for sample in taken.iter().filter(|sample| sample.metric.name == "check.up" && sample.value > 0.0) {
        looks.entry(&sample.subject).or_default().push(sample.at);
    }
    let apart = |of_one: &Vec<Timestamp>| {
        let pairs = of_one.windows(2).map(|pair| pair[1].since(pair[0]).saturating_sub(SECOND));
        pairs.collect::<Vec<_>>()
    };
    let mut late: Vec<Duration> = looks.values().flat_map(apart).collect();
    late.sort_unstable();
    Punctual { looks: looks.values().map(Vec::len).sum(), late, checks: looks.len() }
}

/// Takes connections, and says nothing.
#[derive(Debug)]
struct Silent {
    address: SocketAddr,
    _holds: JoinHandle<()>,
}

impl Silent {
    fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        // It holds them for as long as the process runs.
        let holds = std::thread::spawn(move || {
            let _held: Vec<_> = listener.incoming().collect();
        });
        Ok(Self { address, _holds: holds })
    }
}

/// The time on processors that a process has had.
///
/// # Errors
/// If it is gone.
pub fn busy(pid: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // What stands before the last bracket is the program's name, which may have blanks.
    let fields: Vec<&str> =
        stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or_default();
    // proc(5): utime and stime are the 14th and the 15th; a hundred ticks a second on Linux.
    Ok(Duration::from_millis((ticks(11) + ticks(12)) * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_looked_at_beside_one_that_hangs_and_time_on_processors_is_counted() {
        mediary::provide_tls();
        let folder = tempfile::tempdir().unwrap();
        let before = busy(std::process::id()).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let punctual = runtime.block_on(punctual(folder.path(), 5, Duration::from_millis(2_300)));
        assert_eq!(punctual.checks, 5, "the one that hangs says nothing");
        assert!(punctual.looks > 5, "{punctual:?}");
        assert!(busy(std::process::id()).unwrap() >= before);
    }
}
