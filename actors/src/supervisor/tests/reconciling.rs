//! Log and supervisor are brought together: parts that fail in, facts and restarts out.

use std::sync::Arc;

use mediary_events::{
    Concern as _,
    job::{self, Job},
    testing::{NOW, samples},
    worker::{Command, Worker},
};
use mediary_log::{
    Filter, Log, Options, Origin, OriginKind, Read,
    gate::{Caller, Gate, Refusal, Transaction},
    work,
};
use mediary_schema::{
    Clock, IdSource, IncarnationId,
    job::RetryPolicy,
    worker::{Offer, WorkerLife},
};
use tempfile::TempDir;
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    super::{ChildState, LocalWorker, reconcile},
    Script, supervise, until,
};

struct Bench {
    gate: Gate,
    worker: LocalWorker,
    _folder: TempDir,
}

impl Bench {
    fn new(reserve_bytes: u64) -> Self {
        let folder = TempDir::new().unwrap();
        let (clock, _) = Clock::manual(NOW);
        let options = Options { reserve_bytes, clock: clock.clone(), ..Options::new(folder.path()) };
        let gate = Gate::new(Log::open(options).unwrap(), clock, IdSource::system(), work::REGISTRY);
        let life = WorkerLife {
            worker_id: gate.identities().local_worker(gate.log().id()),
            incarnation_id: IncarnationId::from_uuid(gate.ids().next()),
        };
        Self { gate, worker: LocalWorker { life, offer: Offer::default() }, _folder: folder }
    }

    // Not by `block_in_place`: what waits inside of it takes the wake-ups of whatever else the test's own task waits for.
    async fn tell(&self, story: impl Fn(&mut Transaction<'_>) -> Result<(), Refusal> + Send + 'static) {
        let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
        let caller = Caller::platform(origin, self.gate.ids());
        self.gate.transact(caller, story).await.unwrap();
    }

    async fn worker(&self, command: Command) {
        let uuid = self.worker.life.worker_id.uuid();
        self.tell(move |story| story.execute::<Worker>(uuid, command.clone())).await;
    }

    /// The names of the events of a concern.
    fn names(&self, concern: &'static str) -> Vec<String> {
        let read = Read::forward(1).limit(usize::MAX).filter(Filter::categories([concern]));
        let events = self.gate.log().read(&read).unwrap();
        events.into_iter().map(|event| event.envelope.name.into_owned()).collect()
    }

    /// Waits until the last event of a concern has this name.
    async fn last(&self, concern: &'static str, name: &str) {
        let mut head = self.gate.log().watch_head();
        while self.names(concern).last().is_none_or(|last| last != name) {
            head.changed().await.unwrap();
        }
    }
}

// The event was an edge: refused once, or missed, it left the log and the actor at odds until the next start.
// invariant: A-2
#[tokio::test(flavor = "multi_thread")]
async fn a_halt_is_told_its_attempts_are_given_back_and_a_resume_starts_it_again() {
    let bench = Bench::new(0);
    let (job_id, attempt_id, life) = (samples::JOB, samples::ATTEMPT, bench.worker.life);
    let running = bench.tell(move |story| {
        work::download::request(story, samples::item(), job_id, false, RetryPolicy::default())?;
        let lease = job::Command::Lease { attempt_id, worker: life, until: NOW };
        story.execute::<Job>(job_id.uuid(), lease)?;
        story.execute::<Job>(job_id.uuid(), job::Command::Start { attempt_id })
    });
    running.await;
    let broken = Script::new("download", 4, &Arc::default());
    let supervisor = supervise([&broken]).await;
    let (_stop, stopped) = watch::channel(false);
    let agree = reconcile(
        bench.gate.clone(),
        bench.worker.clone(),
        supervisor.resumer(),
        supervisor.watch(),
        stopped,
    );
    let story = async {
        bench.last(Job::NAME, "attempt_stopped").await;
        assert_eq!(bench.names(Worker::NAME), ["joined", "part_halted"]);
        bench.worker(Command::Resume { part: "download".to_owned() }).await;
        until(&supervisor, "download", |state| *state == ChildState::Running).await;
    };
    tokio::select! {
        () = agree => panic!("it goes on until it is stopped"),
        () = story => {}
    }
    supervisor.stop().await;
}
