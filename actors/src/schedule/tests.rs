use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use mediary_events::{
    Concern as _, Recorded, codec,
    job::{Event as JobEvent, Job},
    schedule::{Event, Schedule},
    testing::samples,
};
use mediary_log::{
    Direction, Filter, OpenError, Origin, OriginKind, Read,
    alarm::{Alarms, Leaps},
    gate::{Caller, Gate, Options},
    testing,
    token::Tokens,
    work::REGISTRY,
};
use mediary_schema::{
    Clock, CommandId, PrincipalId, ScheduleId, Timestamp, TokenId, account::Role, schedule::NotDone,
};
use ractor::{Actor, ActorRef};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{sync::Notify, task::JoinHandle};
use uuid::Uuid;

use super::{Message, Scheduler, SchedulerArguments};

/// A gate with tokens and a clock that is set.
struct Bench {
    gate: Gate,
    clock: Arc<AtomicI64>,
    driver: Arc<Notify>,
    alarms: Alarms,
    tokens: Tokens,
    token_id: TokenId,
    folder: TempDir,
}

/// A scheduler that runs.
struct Running {
    scheduler: ActorRef<Message>,
    handle: JoinHandle<()>,
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl Bench {
    async fn new(now: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut bench = Self::open(folder, moment(now));
        let token = bench.ask("token.create", json!({ "name": "test", "role": "owner" })).await;
        bench.token_id = token["token_id"].as_str().unwrap().parse().unwrap();
        bench
    }

    fn open(folder: TempDir, now: Timestamp) -> Self {
        let (clock, cell) = Clock::manual(now);
        let gate = testing::gate_at(folder.path(), clock.clone()).unwrap();
        let (leaps, driver) = Leaps::driven();
        let alarms = Alarms::start(clock, leaps);
        let tokens = Tokens::start(gate.log(), alarms.clone()).unwrap();
        let token_id = TokenId::from_uuid(Uuid::nil());
        Self { gate, clock: cell, driver, alarms, tokens, token_id, folder }
    }

    /// The same installation after its server ended, at a later moment.
    async fn again(self, now: &str) -> Self {
        let Self { folder, token_id, gate, alarms, tokens, .. } = self;
        drop((gate, alarms, tokens));
        // Whoever reads beside us notices a moment later that nobody listens any more.
        while matches!(testing::gate(folder.path()), Err(OpenError::InUse { .. })) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Self { token_id, ..Self::open(folder, moment(now)) }
    }

    async fn start(&self) -> Running {
        let (gate, alarms, tokens) = (self.gate.clone(), self.alarms.clone(), self.tokens.clone());
        let arguments = SchedulerArguments { gate, alarms, tokens };
        let (scheduler, handle) = Actor::spawn(None, Scheduler, arguments).await.unwrap();
        Running { scheduler, handle }
    }

    fn caller(&self, role: Role) -> Caller {
        let origin = Origin { kind: OriginKind::Cli, id: self.token_id.uuid() };
        let command_id = CommandId::from_uuid(self.gate.ids().next());
        Caller::person(PrincipalId::OWNER, role, origin, command_id, self.gate.ids())
    }

    async fn ask(&self, name: &str, arguments: Value) -> Value {
        self.try_ask(Role::Owner, name, arguments).await.unwrap()
    }

    async fn try_ask(&self, role: Role, name: &str, arguments: Value) -> Result<Value, &'static str> {
        let command = REGISTRY.command(name, arguments).unwrap();
        let answer = self.gate.ask_command(self.caller(role), command, Options::default()).await;
        answer.map(|answer| answer.told).map_err(|refusal| refusal.code())
    }

    /// Adds a schedule that looks at the list of the samples.
    async fn add(&self, name: &str, timing: Value) -> ScheduleId {
        let command = json!({ "name": "playlist.follow", "arguments": { "url": samples::LIST_URL } });
        let told =
            self.ask("schedule.add", json!({ "name": name, "timing": timing, "command": command })).await;
        told["schedule_id"].as_str().unwrap().parse().unwrap()
    }

    fn now_is(&self, now: &str) {
        self.clock.store(moment(now).as_micros(), Ordering::SeqCst);
        self.driver.notify_one();
    }

    fn events(&self, category: &'static str) -> Vec<Recorded> {
        let read = Read::forward(1).limit(10_000).filter(Filter::categories([category]));
        self.gate.log().read(&read).unwrap()
    }

    /// What came of schedules: the moment, the first one missed, and why nothing was done.
    fn fired(&self) -> Vec<(Option<String>, Option<String>, Option<NotDone>)> {
        let text = |moment: Option<Timestamp>| Some(moment?.to_string().replace(".000000Z", "Z"));
        let events = self.events("schedule");
        let told = events.iter().flat_map(|event| codec::events_of::<Schedule>(event).unwrap());
        let fired = told.filter_map(|event| match event {
            Event::Fired { moment, missed_since, not_done } => {
                Some((text(moment), text(missed_since), not_done))
            }
            _ => None,
        });
        fired.collect()
    }

    async fn fired_are(&self, count: usize) {
        for _ in 0..1_000 {
            if self.fired().len() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{count} are expected, not {:?}", self.fired());
    }
}

impl Running {
    async fn stop(self) {
        self.scheduler.stop(None);
        self.handle.await.unwrap();
    }
}

fn every(seconds: u32) -> Value {
    json!({ "every": { "seconds": seconds } })
}

fn on_time(moment: &str) -> (Option<String>, Option<String>, Option<NotDone>) {
    (Some(moment.to_owned()), None, None)
}

// LI-09. The table of a schedule in Berlin over both nights of the change, with nobody there in one of them.
// invariant: T-1
// invariant: T-2
#[tokio::test]
async fn the_nights_of_the_change_are_as_on_the_wall_and_what_was_missed_is_done_once() {
    let bench = Bench::new("2026-03-27T12:00:00Z").await;
    let night = json!({ "cron": { "expression": "30 2 * * *", "zone": "Europe/Berlin" } });
    bench.add("night", night).await;
    let running = bench.start().await;
    for (done, now) in
        ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"].iter().enumerate()
    {
        bench.now_is(now);
        bench.fired_are(done + 1).await;
    }
    running.stop().await;
    // Down over the other night, and the one before.
    let bench = bench.again("2026-10-24T00:00:00Z").await;
    let running = bench.start().await;
    bench.fired_are(4).await;
    running.stop().await;
    let bench = bench.again("2026-10-26T12:00:00Z").await;
    let running = bench.start().await;
    bench.fired_are(5).await;
    bench.now_is("2026-10-27T01:30:00Z");
    bench.fired_are(6).await;
    running.stop().await;
    let missed = |since: &str, moment: &str| (Some(moment.to_owned()), Some(since.to_owned()), None);
    assert_eq!(
        bench.fired(),
        [
            on_time("2026-03-28T01:30:00Z"),
            on_time("2026-03-29T01:00:00Z"),
            on_time("2026-03-30T00:30:00Z"),
            missed("2026-03-31T00:30:00Z", "2026-10-23T00:30:00Z"),
            missed("2026-10-24T00:30:00Z", "2026-10-26T01:30:00Z"),
            on_time("2026-10-27T01:30:00Z"),
        ]
    );
}

// A command is recorded with its moment, or neither is.
// invariant: T-1
#[tokio::test]
async fn what_a_schedule_does_is_one_append_with_its_moment_and_of_whoever_added_it() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    let id = bench.add("look", every(60)).await;
    let running = bench.start().await;
    bench.now_is("2026-01-01T00:01:00Z");
    bench.fired_are(1).await;
    running.stop().await;
    let stream = Schedule::stream(id.uuid());
    let told = bench.gate.log().read_stream(&stream, 1, Direction::Forward, 9).unwrap();
    let (added, fired) = (&told[0].envelope, &told[1].envelope);
    let jobs = bench.events("job");
    assert!(matches!(codec::events_of::<Job>(&jobs[0]).unwrap()[0], JobEvent::Queued { .. }));
    for envelope in [&jobs[0].envelope, fired] {
        assert_eq!((envelope.principal, envelope.correlation_id), (added.principal, fired.correlation_id));
        assert_eq!(envelope.origin, Origin { kind: OriginKind::Schedule, id: id.uuid() });
        assert_eq!(envelope.command_id, fired.command_id);
    }
}

#[tokio::test]
async fn what_is_refused_is_told_and_the_next_moment_comes() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    let command =
        json!({ "name": "playlist.refresh", "arguments": { "playlist_id": samples::playlist_id() } });
    let asked = json!({ "name": "look", "timing": every(60), "command": command });
    bench.ask("schedule.add", asked).await;
    let running = bench.start().await;
    bench.now_is("2026-01-01T00:01:00Z");
    bench.fired_are(1).await;
    bench.now_is("2026-01-01T00:02:00Z");
    bench.fired_are(2).await;
    running.stop().await;
    let codes: Vec<_> = bench.fired().into_iter().map(|(.., not_done)| not_done.unwrap().code).collect();
    assert_eq!(codes, ["PLAYLIST_NOT_FOLLOWED", "PLAYLIST_NOT_FOLLOWED"]);
    assert_eq!(bench.events("job").len(), 0);
}

// What is revoked ends at once.
// invariant: T-3
#[tokio::test]
async fn a_schedule_may_what_its_token_may_now() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    let id = bench.add("look", every(60)).await;
    let running = bench.start().await;
    let revoked = bench.token_id;
    let other = bench.ask("token.create", json!({ "name": "other", "role": "editor" })).await;
    bench.ask("token.revoke", json!({ "token_id": revoked })).await;
    while bench.tokens.get(PrincipalId::OWNER, revoked).is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bench.now_is("2026-01-01T00:01:00Z");
    bench.fired_are(1).await;
    assert_eq!(bench.fired()[0].2.as_ref().unwrap().code, "UNAUTHENTICATED");
    assert_eq!(bench.events("playlist").len(), 0);
    // Whoever resumes it lends it his own.
    let bench = Bench { token_id: other["token_id"].as_str().unwrap().parse().unwrap(), ..bench };
    bench.try_ask(Role::Editor, "schedule.resume", json!({ "schedule_id": id })).await.unwrap();
    bench.now_is("2026-01-01T00:02:00Z");
    bench.fired_are(2).await;
    running.stop().await;
    assert_eq!(bench.fired()[1], on_time("2026-01-01T00:02:00Z"));
}

// invariant: T-3
#[tokio::test]
async fn nobody_schedules_what_he_may_not_do() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    let add = |name: &str, arguments: Value| json!({ "name": "x", "timing": every(60), "command": { "name": name, "arguments": arguments } });
    let follow = add("playlist.follow", json!({ "url": samples::LIST_URL }));
    assert_eq!(bench.try_ask(Role::Viewer, "schedule.add", follow.clone()).await, Err("FORBIDDEN"));
    let revoke = add("token.revoke", json!({ "token_id": bench.token_id }));
    assert_eq!(bench.try_ask(Role::Editor, "schedule.add", revoke).await, Err("FORBIDDEN"));
    let secret = add("token.create", json!({ "name": "y" }));
    assert_eq!(bench.try_ask(Role::Owner, "schedule.add", secret).await, Err("SCHEDULE_NOT_ALLOWED"));
    let nested = add("schedule.add", follow);
    assert_eq!(bench.try_ask(Role::Owner, "schedule.add", nested).await, Err("SCHEDULE_NOT_ALLOWED"));
    assert_eq!(
        bench.try_ask(Role::Owner, "schedule.add", add("no.such", json!({}))).await,
        Err("UNKNOWN_COMMAND")
    );
    let malformed = add("playlist.follow", json!({ "uri": 1 }));
    assert_eq!(bench.try_ask(Role::Owner, "schedule.add", malformed).await, Err("BAD_COMMAND"));
    assert_eq!(bench.events("schedule").len(), 0);
}

#[tokio::test]
async fn what_is_paused_or_removed_does_nothing_and_what_is_wanted_now_is_done_now() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    let (paused, removed) = (bench.add("paused", every(60)).await, bench.add("removed", every(60)).await);
    let running = bench.start().await;
    bench.ask("schedule.pause", json!({ "schedule_id": paused })).await;
    bench.ask("schedule.remove", json!({ "schedule_id": removed })).await;
    let kept = bench.add("kept", every(90)).await;
    bench.now_is("2026-01-01T00:01:30Z");
    bench.fired_are(1).await;
    bench.ask("schedule.run", json!({ "schedule_id": paused })).await;
    bench.ask("schedule.resume", json!({ "schedule_id": paused })).await;
    bench.ask("schedule.remove", json!({ "schedule_id": kept })).await;
    bench.now_is("2026-01-01T00:02:30Z");
    bench.fired_are(3).await;
    running.stop().await;
    let by_hand = (None, None, None);
    assert_eq!(bench.fired(), [on_time("2026-01-01T00:01:30Z"), by_hand, on_time("2026-01-01T00:02:30Z")]);
}

// A snapshot changes nothing but time.
#[tokio::test]
async fn a_timetable_that_was_kept_is_that_of_the_log() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    for number in 0..40 {
        bench.add(&format!("look {number}"), every(60 + number)).await;
    }
    let running = bench.start().await;
    bench.now_is("2026-01-01T00:01:20Z");
    bench.fired_are(21).await;
    running.stop().await;
    let log = bench.gate.log();
    let kept = super::timetable::Timetable::restore(log);
    let mut anew = super::timetable::Timetable::default();
    anew.read_on(log).unwrap();
    assert!(kept.position() > 40);
    let mut read_on = kept;
    read_on.read_on(log).unwrap();
    assert_eq!(read_on, anew);
}
