mod access;

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use mediary_log::{
    Append, AppendHeader, Log, NewEvent, Options as LogOptions, Origin, OriginKind, Schema, StreamId,
    Urgency,
    alarm::Alarms,
    fanout::{Options as Fanout, Relay, RelayHandle, RelayState},
    signal::{Signal, SignalHub, Subject},
};
use mediary_schema::{Clock, CommandId, CorrelationId, PrincipalId, ProjectId};
use rustix::process::{Pid, Signal as ProcessSignal, kill_process, test_kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    sync::watch,
    time::timeout,
};
use uuid::Uuid;

use super::{Access, NatsServer, NatsServerArguments, STOPS_WITHIN, ServerStatus};
use crate::{
    process::{Environment, Outputs, Runner, Tool, Tools},
    supervisor::{Child, ChildState, ChildStatus, Policy, Supervisor, SupervisorHandle},
};

const DEADLINE: Duration = Duration::from_mins(1);

/// The servers to try: the project's own and the system's.
fn programs() -> Vec<PathBuf> {
    let own = mediary_tools::required("nats-server");
    let systems = ["/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"];
    let places = systems.iter().map(PathBuf::from).chain([own]);
    let mut found: Vec<_> = places.filter(|path| path.exists()).collect();
    // `/usr/sbin` may be `/usr/bin`.
    found.dedup_by_key(|path| path.canonicalize().unwrap());
    found
}

async fn with_every_server(test: impl AsyncFn(&Path)) {
    for program in programs() {
        println!("with {}", program.display());
        test(&program).await;
    }
}

async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(DEADLINE, future).await.unwrap_or_else(|_| panic!("waited too long for {what}"))
}

/// A data folder with a supervised server.
struct Platform {
    data: TempDir,
    access: Access,
    status: Arc<watch::Sender<ServerStatus>>,
    supervisor: SupervisorHandle,
    /// The log that its users are read from.
    _accounts: TempDir,
}

impl Platform {
    async fn start(program: &Path) -> Self {
        let data = tempfile::tempdir().unwrap();
        let access = Access::open(data.path()).unwrap();
        Self::start_in(program, data, access).await
    }

    async fn start_in(program: &Path, data: TempDir, access: Access) -> Self {
        let status = Arc::new(watch::Sender::new(ServerStatus::default()));
        let accounts = tempfile::tempdir().unwrap();
        let arguments = NatsServerArguments {
            gate: mediary_log::testing::gate(accounts.path()).unwrap(),
            alarms: Alarms::system(Clock::system()),
            runner: Runner::new(Uuid::nil(), Environment::default()),
            tools: Tools::default().with(Tool::NatsServer, program),
            outputs: Outputs::in_folder(accounts.path().join("output"), u64::MAX),
            data: data.path().to_owned(),
            access: access.clone(),
            stream_bytes_max: Fanout::STREAM_BYTES_MAX,
            status: Arc::clone(&status),
        };
        let child = Child::actor("nats", STOPS_WITHIN, move || (NatsServer, arguments.clone()));
        let supervisor = Supervisor::start(vec![child], Policy::default(), Clock::system()).await.unwrap();
        Self { data, access, status, supervisor, _accounts: accounts }
    }

    /// Waits until a process serves that is not `before`.
    async fn ready(&self, before: Option<u32>) -> u32 {
        let mut status = self.status.subscribe();
        let is_new =
            |status: &ServerStatus| matches!(status, ServerStatus::Ready { pid } if Some(*pid) != before);
        let found = within("the server", status.wait_for(is_new)).await.unwrap().clone();
        let ServerStatus::Ready { pid } = found else { panic!("it was waited for") };
        pid
    }

    fn log(&self) -> Log {
        let mut options = LogOptions::new(self.data.path());
        options.reserve_bytes = 0;
        Log::open(options).unwrap()
    }

    async fn automation(&self) -> Wire {
        Wire::open(self.access.port(), "automation", self.access.automation.reveal()).await
    }
}

/// A connection in NATS's own words, as any program makes it.
struct Wire {
    stream: BufReader<TcpStream>,
}

impl Wire {
    async fn open(port: u16, user: &str, password: &str) -> Self {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let mut wire = Self { stream: BufReader::new(stream) };
        assert!(wire.line().await.starts_with("INFO "));
        let connect = serde_json::json!({
            "verbose": false, "pedantic": false, "headers": true, "user": user, "pass": password,
        });
        wire.say(&format!("CONNECT {connect}")).await;
        wire
    }

    async fn say(&mut self, line: &str) {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
    }

    /// The next line; empty at the end.
    async fn line(&mut self) -> String {
        let mut line = String::new();
        within("a line of the server", self.stream.read_line(&mut line)).await.unwrap();
        line
    }

    /// The first line that begins so; the server's own questions are answered.
    async fn line_with(&mut self, start: &str) -> String {
        loop {
            let line = self.line().await;
            assert!(!line.is_empty(), "the server hung up before it said {start}");
            if line.starts_with("PING") {
                self.say("PONG").await;
            }
            if line.starts_with(start) {
                return line;
            }
        }
    }

    /// What the server has against a request; empty if nothing.
    async fn verdict(&mut self, request: &str) -> String {
        self.say(request).await;
        self.say("PING").await;
        let mut refusal = String::new();
        loop {
            let line = self.line().await;
            if line.starts_with("PONG") {
                return refusal;
            }
            if line.starts_with("-ERR") {
                refusal = line;
            }
        }
    }
}

async fn append(log: &Log, count: u64) {
    for _ in 0..count {
        let number = log.head().position + 1;
        let id = Uuid::from_u128(number.into());
        let header = AppendHeader {
            project: ProjectId::HOME,
            principal: PrincipalId::OWNER,
            origin: Origin { kind: OriginKind::Cli, id: Uuid::nil() },
            command_id: CommandId::from_uuid(id),
            command: None,
            correlation_id: CorrelationId::from_uuid(id),
            causation_id: None,
        };
        // A MessagePack text of one character.
        let payload = vec![0xa1, b'x'].into();
        let stream = StreamId::new("note", Uuid::from_u128(1));
        let events = vec![NewEvent::new(stream, "noted", Schema::new(1, 0), payload)];
        log.append(Append {
            header,
            urgency: Urgency::Normal,
            expected: Vec::new(),
            only_if: Vec::new(),
            events,
        })
        .await
        .unwrap();
    }
}

async fn caught_up(relay: &RelayHandle, log: &Log) {
    let head = log.head().position;
    let mut status = relay.watch();
    let is_there = |status: &mediary_log::fanout::RelayStatus| {
        status.state == RelayState::Relaying && status.position >= head
    };
    within("the relay", status.wait_for(is_there)).await.unwrap();
}

// invariant: E-7
#[tokio::test]
async fn nobody_reads_nats_without_the_password() {
    with_every_server(async |program| {
        let platform = Platform::start(program).await;
        platform.ready(None).await;
        let port = platform.access.port();
        for (user, password) in [("", ""), ("automation", "guess"), ("platform", "")] {
            let mut stranger = Wire::open(port, user, password).await;
            let refusal = stranger.line_with("-ERR").await;
            assert!(refusal.contains("Authorization Violation"), "{user}: {refusal}");
        }
        platform.supervisor.stop().await;
    })
    .await;
}

// invariant: E-7
#[tokio::test]
async fn nats_automation_hears_everything_and_publishes_nothing() {
    with_every_server(async |program| {
        let platform = Platform::start(program).await;
        platform.ready(None).await;
        let (log, hub) = (platform.log(), SignalHub::default());
        let relay = Relay::start(log.clone(), hub.clone(), platform.access.relay_options());
        caught_up(&relay, &log).await;
        let mut automation = platform.automation().await;
        for allowed in ["SUB mediary.events.> 1", "SUB mediary.signals.> 2", "SUB _INBOX.> 3"] {
            assert_eq!(automation.verdict(allowed).await, "", "{allowed}");
        }
        append(&log, 1).await;
        let event = automation.line_with("HMSG").await;
        assert!(event.contains("mediary.events.home.note.noted."), "{event}");
        let subject =
            Subject { project: ProjectId::HOME, concern: "job", name: "progress", id: Uuid::from_u128(1) };
        hub.publish(Signal { subject, payload: 5.into() });
        let signal = automation.line_with("MSG").await;
        assert!(signal.contains("mediary.signals.home.job.progress."), "{signal}");
        for denied in [
            "PUB mediary.events.home.note.noted.x 0\r\n",
            "PUB mediary.signals.home.x 0\r\n",
            "PUB $JS.API.STREAM.DELETE.MEDIARY_EVENTS 0\r\n",
            "PUB $JS.API.STREAM.PURGE.MEDIARY_EVENTS 0\r\n",
            "PUB $JS.API.STREAM.CREATE.MINE 0\r\n",
            "SUB > 4",
            "SUB _INBOX_MEDIARY.> 5",
            "SUB $JS.API.> 6",
        ] {
            let verdict = automation.verdict(denied).await;
            assert!(verdict.contains("Permissions Violation"), "{denied}: {verdict}");
        }
        relay.stop().await;
        platform.supervisor.stop().await;
    })
    .await;
}

#[tokio::test]
async fn nats_automation_consumes_the_stream() {
    with_every_server(async |program| {
        let platform = Platform::start(program).await;
        platform.ready(None).await;
        let log = platform.log();
        let relay = Relay::start(log.clone(), SignalHub::default(), platform.access.relay_options());
        append(&log, 3).await;
        caught_up(&relay, &log).await;
        let mut automation = platform.automation().await;
        automation.say("SUB _INBOX.mine 1").await;
        let consumer = serde_json::json!({
            "stream_name": "MEDIARY_EVENTS",
            "config": { "durable_name": "mine", "ack_policy": "explicit", "deliver_policy": "all" },
        })
        .to_string();
        let create = "$JS.API.CONSUMER.DURABLE.CREATE.MEDIARY_EVENTS.mine";
        automation.say(&format!("PUB {create} _INBOX.mine {}\r\n{consumer}", consumer.len())).await;
        automation.line_with("MSG").await;
        let answer = automation.line().await;
        assert!(answer.contains("\"num_pending\":4"), "{answer}");
        automation.say("PUB $JS.API.CONSUMER.MSG.NEXT.MEDIARY_EVENTS.mine _INBOX.mine 0\r\n").await;
        let position = automation.line_with("Mediary-Position").await;
        assert_eq!(position, "Mediary-Position: 1\r\n");
        relay.stop().await;
        platform.supervisor.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_nats_server_that_is_killed_is_started_again_and_caught_up() {
    with_every_server(async |program| {
        let platform = Platform::start(program).await;
        let first = platform.ready(None).await;
        let log = platform.log();
        let relay = Relay::start(log.clone(), SignalHub::default(), platform.access.relay_options());
        append(&log, 10).await;
        caught_up(&relay, &log).await;
        kill_process(process(first), ProcessSignal::KILL).unwrap();
        append(&log, 10).await;
        platform.ready(Some(first)).await;
        caught_up(&relay, &log).await;
        assert_eq!(relay.status().position, 21, "the opening, and all that was appended");
        relay.stop().await;
        platform.supervisor.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_stopped_nats_server_leaves_nobody_behind() {
    with_every_server(async |program| {
        let platform = Platform::start(program).await;
        let pid = platform.ready(None).await;
        platform.supervisor.stop().await;
        assert_eq!(*platform.status.borrow(), ServerStatus::Stopped);
        assert!(test_kill_process(process(pid)).is_err(), "it is gone");
        // The lines that were given to automations are good for the next start.
        let again = Access::open(platform.data.path()).unwrap();
        let next = Platform::start_in(program, platform.data, again).await;
        next.ready(None).await;
        assert_eq!(next.access.automation_line(), platform.access.automation_line());
        next.supervisor.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_nats_server_that_can_not_listen_says_why() {
    with_every_server(async |program| {
        let data = tempfile::tempdir().unwrap();
        let access = Access::open(data.path()).unwrap();
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, access.port())).unwrap();
        let platform = Platform::start_in(program, data, access).await;
        let mut status = platform.status.subscribe();
        let is_down = |status: &ServerStatus| matches!(status, ServerStatus::Down { .. });
        let down = within("the end", status.wait_for(is_down)).await.unwrap().clone();
        let ServerStatus::Down { reason } = down else { panic!("it was waited for") };
        assert!(reason.contains("address already in use"), "{reason}");
        let is_restarting = |parts: &Vec<ChildStatus>| matches!(parts[0].state, ChildState::Restarting(_));
        within("the next try", platform.supervisor.watch().wait_for(is_restarting)).await.unwrap();
        platform.supervisor.stop().await;
    })
    .await;
}

fn process(pid: u32) -> Pid {
    Pid::from_raw(pid.cast_signed()).unwrap()
}
