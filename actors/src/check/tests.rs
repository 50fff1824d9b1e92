mod commands;
mod reminders;
mod reports;
mod wrong;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use mediary_events::{
    Concern as _,
    check::{Check, Event},
    codec,
};
use mediary_log::{
    Filter, OpenError, Origin, OriginKind, Read,
    alarm::{Alarms, Leaps},
    check::Checks,
    gate::{Caller, Gate, Options},
    telemetry::Samples,
    testing,
    vault::Vault,
    work::REGISTRY,
};
use mediary_schema::{
    CheckId, Clock, CommandId, PrincipalId, Timestamp,
    account::Role,
    check::{Reason, Standing, Verdict},
};
use ractor::{Actor, ActorRef};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use uuid::Uuid;

use super::{CheckRunner, CheckRunnerArguments, Equipment, actor::Message};
use crate::{
    net::{Guard, Net},
    process::{Environment, Outputs, Runner},
};

/// A gate with a clock that is set, and what looks are made with.
struct Bench {
    gate: Gate,
    clock: Arc<AtomicI64>,
    driver: Arc<Notify>,
    alarms: Alarms,
    checks: Checks,
    vault: Vault,
    folder: TempDir,
}

/// A check runner that runs.
struct Running {
    runner: ActorRef<Message>,
    handle: JoinHandle<()>,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

impl Bench {
    fn new() -> Self {
        Self::open(tempfile::tempdir().unwrap(), 0)
    }

    fn open(folder: TempDir, now: i64) -> Self {
        let (clock, cell) = Clock::manual(at(now));
        let gate = testing::gate_at(folder.path(), clock.clone()).unwrap();
        let (leaps, driver) = Leaps::driven();
        let alarms = Alarms::start(clock, leaps);
        let vault = Vault::start(gate.log(), folder.path(), None).unwrap();
        Self { gate, clock: cell, driver, alarms, checks: Checks::default(), vault, folder }
    }

    /// The same installation after its server ended, at a later moment.
    async fn again(self, now: i64) -> Self {
        let Self { folder, gate, alarms, vault, .. } = self;
        drop((gate, alarms, vault));
        let clock = Clock::manual(at(now)).0;
        // Whoever reads beside us notices a moment later that nobody listens any more.
        while matches!(testing::gate_at(folder.path(), clock.clone()), Err(OpenError::InUse { .. })) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Self::open(folder, now)
    }

    async fn start(&self) -> Running {
        let (gate, alarms, folder) = (self.gate.clone(), self.alarms.clone(), self.folder.path());
        let guard = Guard::new(["127.0.0.0/8".parse().unwrap()]);
        let net =
            Net::try_new(crate::net::Options { guard, ..crate::net::Options::in_folder(folder.join("net")) });
        let equipment = Equipment {
            net: net.unwrap(),
            runner: Runner::new(gate.log().id(), Environment::of(std::env::vars_os())),
            outputs: Outputs::in_folder(folder.join("output"), 1 << 30),
            vault: self.vault.clone(),
            log: gate.log().clone(),
            identities: gate.identities(),
        };
        let (samples, checks) = (Samples::to_nobody(), self.checks.clone());
        let arguments = CheckRunnerArguments { gate, alarms, equipment, samples, checks };
        let (runner, handle) = Actor::spawn(None, CheckRunner, arguments).await.unwrap();
        Running { runner, handle }
    }

    async fn ask(&self, name: &str, arguments: Value) -> Result<Value, String> {
        let origin = Origin { kind: OriginKind::Cli, id: Uuid::nil() };
        let command_id = CommandId::from_uuid(self.gate.ids().next());
        let caller = Caller::person(PrincipalId::OWNER, Role::Owner, origin, command_id, self.gate.ids());
        let command = REGISTRY.command(name, arguments).unwrap();
        let answer = self.gate.ask_command(caller, command, Options::default()).await;
        answer.map(|answer| answer.told).map_err(|refusal| refusal.to_string())
    }

    /// Adds a check that is looked at each minute, with more said of it.
    async fn add(&self, name: &str, probe: Value, more: Value) -> CheckId {
        let mut definition = json!({
            "probe": probe,
            "rhythm": { "timing": { "every": { "seconds": 60 } } },
            "timeout_seconds": 10,
        });
        for (key, value) in more.as_object().unwrap() {
            definition[key] = value.clone();
        }
        let told = self.ask("check.add", json!({ "name": name, "definition": definition })).await.unwrap();
        told["check_id"].as_str().unwrap().parse().unwrap()
    }

    async fn run(&self, id: CheckId) {
        self.ask("check.run", json!({ "check_id": id })).await.unwrap();
    }

    fn now_is(&self, seconds: i64) {
        self.clock.store(at(seconds).as_micros(), Ordering::SeqCst);
        self.driver.notify_one();
    }

    /// What happened to a check, but for what was said of it.
    fn events(&self, id: CheckId) -> Vec<Event> {
        let read = Read::forward(1).limit(100_000).filter(Filter::categories([Check::NAME]));
        let recorded = self.gate.log().read(&read).unwrap();
        let of_it = recorded.iter().filter(|event| event.envelope.stream.uuid == id.uuid());
        let told = of_it.flat_map(|event| codec::events_of::<Check>(event).unwrap());
        told.filter(|event| !matches!(event, Event::Defined { .. })).collect()
    }

    fn standing(&self, id: CheckId) -> Standing {
        self.checks.standings(&[id]).remove(&id).unwrap_or_default()
    }

    /// Waits until something is so.
    async fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        for _ in 0..3_000 {
            if is_so() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never: {what}");
    }

    /// Waits until a check turned so often, and says to what.
    async fn turns_are(&self, id: CheckId, count: usize) -> Vec<(Verdict, Option<Reason>)> {
        self.until(&format!("{id} turns {count} times"), || self.turns(id).len() >= count).await;
        self.turns(id)
    }

    fn turns(&self, id: CheckId) -> Vec<(Verdict, Option<Reason>)> {
        let turn = |event| match event {
            Event::Turned { verdict, reason, .. } => Some((verdict, reason)),
            _ => None,
        };
        self.events(id).into_iter().filter_map(turn).collect()
    }

    fn opened(&self, id: CheckId) -> Vec<Option<CheckId>> {
        let opened = |event| match event {
            Event::IncidentOpened { behind, .. } => Some(behind),
            _ => None,
        };
        self.events(id).into_iter().filter_map(opened).collect()
    }

    fn closed(&self, id: CheckId) -> usize {
        self.events(id).iter().filter(|event| matches!(event, Event::IncidentClosed { .. })).count()
    }

    /// Waits until a check was looked at at this moment or later.
    async fn looked_at(&self, id: CheckId, seconds: i64) {
        let what = format!("{id} is looked at after {seconds} s");
        self.until(&what, || self.standing(id).last_run_at >= Some(at(seconds))).await;
    }
}

impl Running {
    async fn stop(self) {
        self.runner.stop(None);
        self.handle.await.unwrap();
    }
}

/// A port that takes connections, or nobody listens on.
struct Port {
    number: u16,
    listener: Option<TcpListener>,
}

impl Port {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { number: listener.local_addr().unwrap().port(), listener: Some(listener) }
    }

    fn close(&mut self) {
        self.listener = None;
    }

    async fn reopen(&mut self) {
        self.listener = Some(TcpListener::bind(("127.0.0.1", self.number)).await.unwrap());
    }

    fn probe(&self) -> Value {
        json!({ "tcp": { "host": "127.0.0.1", "port": self.number } })
    }
}

// CH-04, CH-08: what turns is recorded, what is found again is not.
#[tokio::test]
async fn a_check_is_looked_at_in_its_rhythm_and_recorded_when_it_turns() {
    let bench = Bench::new();
    let mut port = Port::open().await;
    let id = bench.add("port", port.probe(), json!({})).await;
    let running = bench.start().await;
    assert_eq!(bench.turns_are(id, 1).await, [(Verdict::Ok, None)]);
    bench.now_is(60);
    bench.looked_at(id, 60).await;
    assert_eq!(bench.turns(id).len(), 1, "it is what it was");
    assert_eq!(bench.standing(id).next_run_at, Some(at(120)));
    port.close();
    bench.now_is(120);
    assert_eq!(bench.turns_are(id, 2).await[1], (Verdict::Failing, None));
    bench.until("it is wrong", || bench.opened(id).len() == 1).await;
    port.reopen().await;
    bench.now_is(180);
    bench.until("it is over", || bench.closed(id) == 1).await;
    running.stop().await;
}

// CH-07: a look that is wanted is answered, and one that is under way is the one.
#[tokio::test]
async fn a_look_that_is_wanted_is_made_at_once_and_answered_once() {
    let bench = Bench::new();
    let port = Port::open().await;
    let id = bench.add("port", port.probe(), json!({})).await;
    let running = bench.start().await;
    bench.turns_are(id, 1).await;
    for _ in 0..3 {
        bench.run(id).await;
    }
    let ended = || {
        let events = bench.events(id);
        let of = |is: fn(&Event) -> bool| events.iter().filter(|event| is(event)).count();
        (
            of(|event| matches!(event, Event::RunRequested { .. })),
            of(|event| matches!(event, Event::RunEnded { .. })),
        )
    };
    bench.until("all of them are answered", || ended().0 == ended().1 && ended().0 > 0).await;
    bench.ask("check.pause", json!({ "check_id": id })).await.unwrap();
    let refused = bench.ask("check.run", json!({ "check_id": id })).await.unwrap_err();
    assert_eq!(refused, "it is paused");
    running.stop().await;
}

// CH-05, CH-06: after a while in which nobody looked it is looked at once, and then in its rhythm.
#[tokio::test]
async fn what_was_missed_is_one_look_and_a_restart_changes_no_rhythm() {
    let bench = Bench::new();
    let port = Port::open().await;
    let id = bench.add("port", port.probe(), json!({})).await;
    let running = bench.start().await;
    bench.turns_are(id, 1).await;
    running.stop().await;
    let bench = bench.again(630).await;
    let running = bench.start().await;
    bench.looked_at(id, 600).await;
    bench.until("the next one is planned", || bench.standing(id).next_run_at == Some(at(660))).await;
    assert_eq!(bench.turns(id).len(), 1);
    running.stop().await;
}

// CH-04: an address that is not allowed is no reason to say that it is down, or up.
// invariant: K-2
#[tokio::test]
async fn what_can_not_be_looked_at_is_unknown() {
    let bench = Bench::new();
    let probe = json!({ "tcp": { "host": "10.0.0.1", "port": 22 } });
    let id = bench.add("nas", probe, json!({})).await;
    let running = bench.start().await;
    assert_eq!(bench.turns_are(id, 1).await, [(Verdict::Unknown, Some(Reason::CouldNotRun))]);
    assert!(bench.standing(id).last.unwrap().message.contains("allow_network"));
    assert_eq!(bench.opened(id), []);
    running.stop().await;
}
