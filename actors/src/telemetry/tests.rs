use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use mediary_events::{
    job::{Command, Job, Outcome},
    testing::samples as of_events,
};
use mediary_log::{
    Origin, OriginKind,
    alarm::{Alarms, Leaps},
    gate::{Caller, Gate},
    telemetry::{SampleQueue, queue},
    testing, work,
};
use mediary_schema::{
    AttemptId, Clock, IncarnationId, JobId, Timestamp, WorkerId,
    job::{ResourceUse, RetryPolicy},
    telemetry::Sample,
    worker::WorkerLife,
};
use ractor::{Actor, ActorRef};
use tempfile::TempDir;
use tokio::{sync::Notify, task::JoinHandle};
use uuid::Uuid;

use super::{Meter, MeterArguments, actor::Message};

const BEGIN: i64 = 1_790_000_000_000_000;

/// A meter with a clock that is set.
struct Bench {
    gate: Gate,
    clock: Arc<AtomicI64>,
    driver: Arc<Notify>,
    alarms: Alarms,
    queue: Arc<SampleQueue>,
    meter: ActorRef<Message>,
    running: JoinHandle<()>,
    _folder: TempDir,
}

impl Bench {
    async fn start(every: Option<Duration>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (clock, cell) = Clock::manual(Timestamp::from_micros(BEGIN));
        let gate = testing::gate_at(folder.path(), clock.clone()).unwrap();
        let (leaps, driver) = Leaps::driven();
        let alarms = Alarms::start(clock, leaps);
        let (samples, queue) = queue();
        let arguments = MeterArguments { gate: gate.clone(), alarms: alarms.clone(), samples, every };
        let (meter, running) = Actor::spawn(None, Meter, arguments).await.unwrap();
        Self { gate, clock: cell, driver, alarms, queue: Arc::new(queue), meter, running, _folder: folder }
    }

    fn caller(&self) -> Caller {
        Caller::platform(Origin { kind: OriginKind::Actor, id: Uuid::nil() }, self.gate.ids())
    }

    fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        self.driver.notify_one();
    }

    async fn tell(&self, job_id: JobId, command: Command) {
        self.gate.execute::<Job>(self.caller(), job_id.uuid(), command).await.unwrap();
    }

    /// A job that is at work.
    async fn begin(&self) -> (JobId, AttemptId) {
        let (job_id, attempt_id) =
            (JobId::from_uuid(self.gate.ids().next()), AttemptId::from_uuid(self.gate.ids().next()));
        let task = of_events::work();
        let open = move |story: &mut mediary_log::gate::Transaction<'_>| {
            work::open(story, job_id, &task, RetryPolicy::default())
        };
        self.gate.transact(self.caller(), open).await.unwrap();
        self.pass(5);
        let worker = WorkerLife {
            worker_id: WorkerId::from_uuid(Uuid::from_u128(1)),
            incarnation_id: IncarnationId::from_uuid(Uuid::from_u128(2)),
        };
        let until = Timestamp::from_micros(i64::MAX);
        self.tell(job_id, Command::Lease { attempt_id, worker, until }).await;
        self.tell(job_id, Command::Start { attempt_id }).await;
        (job_id, attempt_id)
    }

    /// What is told next, by names.
    async fn told(&self) -> BTreeMap<String, Sample> {
        let queue = Arc::clone(&self.queue);
        let told = tokio::task::spawn_blocking(move || queue.next()).await.unwrap().unwrap();
        told.into_iter()
            .map(|sample| (format!("{}/{}", sample.metric.name, sample.subject), sample))
            .collect()
    }

    /// Waits until something is told by this name, later than a moment.
    async fn told_of(&self, name: &str, after: i64) -> Sample {
        loop {
            let told = self.told().await.remove(name);
            if let Some(sample) = told.filter(|sample| sample.at.as_micros() > after) {
                return sample;
            }
        }
    }

    /// Waits until so many moments are waited for.
    async fn until_alarms(&self, count: usize) {
        while self.alarms.len() != count {
            tokio::task::yield_now().await;
        }
    }

    async fn stop(self) {
        self.meter.stop(None);
        self.running.await.unwrap();
        assert!(self.alarms.is_empty(), "nothing rings for a meter that is gone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_that_ends_tells_how_long_it_worked_and_what_it_took() {
    let bench = Bench::start(None).await;
    let (job_id, attempt_id) = bench.begin().await;
    bench.pass(4);
    let resources = ResourceUse { cpu_ms: 1_500, memory_peak_bytes: 4_096 };
    let outcome = Outcome::Succeeded { kept_bytes: 8_000 };
    bench.tell(job_id, Command::End { attempt_id, outcome, resources }).await;
    let mut told = BTreeMap::new();
    while told.len() < 5 {
        told.extend(
            bench
                .told()
                .await
                .into_iter()
                .filter(|(name, _)| name.contains("attempt") || name.contains("job")),
        );
    }
    let kind = of_events::work().kind;
    let values: Vec<_> = told.iter().map(|(name, sample)| (name.clone(), sample.value)).collect();
    let expected = [
        ("attempt.cpu", 1.5),
        ("attempt.duration", 4.0),
        ("attempt.memory_peak", 4_096.0),
        ("attempt.rate", 2_000.0),
        ("job.duration", 9.0),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(name, value)| (format!("{name}/{kind}"), value)).collect();
    assert_eq!(values, expected);
    bench.stop().await;
}

// invariant: M-4
#[tokio::test(flavor = "multi_thread")]
async fn the_machine_is_looked_at_while_something_is_at_work_and_else_never() {
    let bench = Bench::start(None).await;
    assert!(bench.alarms.is_empty(), "nothing is at work");
    let (job_id, attempt_id) = bench.begin().await;
    bench.until_alarms(1).await;
    bench.pass(10);
    let first = bench.told_of("server.memory/", BEGIN).await;
    bench.until_alarms(1).await;
    bench.pass(10);
    bench.told_of("host.load/", first.at.as_micros()).await;
    let outcome = Outcome::Stopped;
    bench.tell(job_id, Command::End { attempt_id, outcome, resources: ResourceUse::default() }).await;
    bench.until_alarms(0).await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_it_has_the_machine_looked_at_at_whole_minutes() {
    let bench = Bench::start(Some(Duration::from_mins(1))).await;
    bench.pass(60);
    let told = bench.told_of("host.load/", BEGIN).await;
    // The clock of the test stands still while it rings.
    assert_eq!(told.at.as_micros(), BEGIN + 60_000_000);
    bench.until_alarms(1).await;
    bench.stop().await;
}
