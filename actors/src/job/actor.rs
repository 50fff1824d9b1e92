use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::PathBuf,
    time::Duration,
};

use mediary_events::job::{Command, Event as JobEvent, Job, Outcome};
use mediary_log::{
    Head, Origin, OriginKind, Recorded,
    gate::{Caller, Gate, Refusal, Transaction},
    signal::SignalHub,
    work,
};
use mediary_schema::{
    AttemptId, FailureClass, JobId,
    job::{Failure, JobState, ResourceUse},
    worker::WorkerLife,
};
use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, RactorErr, SupervisionEvent};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Attempt, Board, Effect, Ending, attempt::until_accepted, board::stop_of};
use crate::{
    follower::{Follower, ReadUpTo},
    process::{Assignment, storage_class},
    staging::Staging,
};

/// Does the leased jobs of one kind: one linked child for each attempt.
///
/// An attempt that has a job when the performer starts is dead: it belonged to an earlier run of the
/// server or of this actor, and is told to be lost.
#[derive(Debug)]
pub struct Performer<E>(E);

impl<E> Performer<E> {
    /// A performer with a concern's effect.
    pub const fn new(effect: E) -> Self {
        Self(effect)
    }
}

/// What a performer is made of.
#[derive(Debug, Clone)]
pub struct PerformerArguments {
    /// The gate.
    pub gate: Gate,
    /// The head of the log.
    pub head: watch::Receiver<Head>,
    /// Whose leases it takes up.
    pub worker: WorkerLife,
    /// Where progress is told.
    pub signals: SignalHub,
    /// Folders of unfinished work.
    pub staging: Staging,
    /// The folder of job output.
    pub output: PathBuf,
}

/// What a performer is told.
#[derive(Debug)]
pub enum Message {
    /// The log has grown.
    Wake,
}

/// What a performer keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: PerformerArguments,
    board: Board,
    follower: ActorRef<ReadUpTo>,
    running: BTreeMap<AttemptId, RunningAttempt>,
    children: HashMap<ActorId, AttemptId>,
}

#[derive(Debug)]
struct RunningAttempt {
    attempt: Attempt,
    cell: ActorCell,
}

/// What the log asks of a performer.
enum Task {
    Begin(Box<Recorded>, JobId, AttemptId),
    Stop(AttemptId),
    Over(JobId, Done),
}

/// Whether a job that is over came to something.
type Done = bool;

/// How long attempts have to end their processes when the server stops.
const STOP_WITHIN: Duration = Duration::from_secs(8);

impl<E: Effect> Actor for Performer<E> {
    type Msg = Message;
    type State = State;
    type Arguments = PerformerArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: PerformerArguments,
    ) -> Result<State, ActorProcessingErr> {
        let gate = arguments.gate.clone();
        let board = tokio::task::spawn_blocking(move || {
            let mut board = Board::restore(gate.log());
            board.catch_up(gate.log(), |_, _, _| {}).map(|()| board)
        })
        .await??;
        let dead: Vec<_> = board.attempts(E::KIND, arguments.worker.worker_id).collect();
        for (job_id, attempt_id) in dead {
            lose(&arguments, job_id, attempt_id).await?;
        }
        remove_abandoned(&self.0, &arguments, &board).await?;
        let waker = myself.clone();
        let wake = move || {
            // A performer that is gone needs no wake.
            if waker.cast(Message::Wake).is_err() {
                tracing::debug!(kind = %E::KIND, "the performer is gone");
            }
        };
        let follower = Follower::start(myself.get_cell(), arguments.head.clone(), wake).await?;
        myself.cast(Message::Wake)?;
        let (running, children) = (BTreeMap::new(), HashMap::new());
        Ok(State { arguments, board, follower, running, children })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        Message::Wake: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        for task in state.read_on(E::KIND).await? {
            match task {
                Task::Begin(lease, job_id, attempt_id) => {
                    state.begin(&self.0, &myself, *lease, job_id, attempt_id).await?;
                }
                Task::Stop(attempt_id) => {
                    if let Some(running) = state.running.get(&attempt_id) {
                        running.attempt.assignment.stop().cancel();
                    }
                }
                Task::Over(job_id, done) => tidy(&self.0, &state.arguments.staging, job_id, done).await,
            }
        }
        Follower::rearm(&state.follower, state.board.position)
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<Message>,
        event: SupervisionEvent,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let (id, fault) = match event {
            SupervisionEvent::ActorFailed(cell, error) => (cell.get_id(), Some(error.to_string())),
            SupervisionEvent::ActorTerminated(cell, _, _) => (cell.get_id(), None),
            SupervisionEvent::ActorStarted(_) | SupervisionEvent::ProcessGroupChanged(_) => return Ok(()),
        };
        if id == state.follower.get_id() {
            return match fault {
                Some(fault) => Err(fault.into()),
                None => Ok(()),
            };
        }
        let Some(attempt_id) = state.children.remove(&id) else { return Ok(()) };
        let Some(running) = state.running.remove(&attempt_id) else { return Ok(()) };
        state.arguments.signals.retire(&running.attempt.subject());
        if let Some(fault) = fault {
            // A fault in an attempt ends that attempt only (PL-31).
            tracing::error!(%attempt_id, fault, "an attempt failed inside the platform");
            metrics::counter!("mediary_attempt_faults_total", "kind" => E::KIND.name()).increment(1);
            let failure = Failure::new(FailureClass::Unknown, format!("the platform failed: {fault}"));
            let ending = Ending::Failed(failure, ResourceUse::default());
            record(&running.attempt, ending).await?;
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        for running in state.running.values() {
            running.attempt.assignment.stop().cancel();
        }
        for (attempt_id, running) in std::mem::take(&mut state.running) {
            // Each has been asked already, so that the waits run side by side. One that can't be told to stop has.
            if let Err(RactorErr::Timeout) = running.cell.stop_and_wait(None, Some(STOP_WITHIN)).await {
                tracing::warn!(%attempt_id, "an attempt did not stop in time; the next start ends what is left of it");
            }
        }
        Ok(())
    }
}

impl State {
    /// Reads on, and answers what is to be done about it, in order.
    async fn read_on(
        &mut self,
        kind: mediary_schema::job::WorkKind,
    ) -> Result<Vec<Task>, ActorProcessingErr> {
        let gate = self.arguments.gate.clone();
        let worker = self.arguments.worker;
        let mut board = std::mem::take(&mut self.board);
        let (board, tasks) = tokio::task::spawn_blocking(move || {
            let ours: Vec<JobId> =
                board.jobs.iter().filter(|(_, job)| job.kind == kind).map(|(id, _)| *id).collect();
            let mut ours: std::collections::HashSet<JobId> = ours.into_iter().collect();
            let mut tasks = Vec::new();
            let read = board.catch_up(gate.log(), |recorded, job_id, event| match event {
                JobEvent::Queued { work, .. } if work.kind() == kind => {
                    ours.insert(job_id);
                }
                JobEvent::Leased { attempt_id, worker_id, incarnation_id, .. }
                    if ours.contains(&job_id)
                        && (*worker_id, *incarnation_id) == (worker.worker_id, worker.incarnation_id) =>
                {
                    tasks.push(Task::Begin(Box::new(recorded.clone()), job_id, *attempt_id));
                }
                JobEvent::Succeeded { .. } | JobEvent::Failed { .. } | JobEvent::Cancelled { .. }
                    if ours.contains(&job_id) =>
                {
                    tasks.push(Task::Over(job_id, matches!(event, JobEvent::Succeeded { .. })));
                }
                other => tasks.extend(stop_of(other).map(|(attempt_id, _)| Task::Stop(attempt_id))),
            });
            (board, read.map(|()| tasks))
        })
        .await?;
        self.board = board;
        Ok(tasks?)
    }

    async fn begin<E: Effect>(
        &mut self,
        effect: &E,
        myself: &ActorRef<Message>,
        lease: Recorded,
        job_id: JobId,
        attempt_id: AttemptId,
    ) -> Result<(), ActorProcessingErr> {
        let PerformerArguments { gate, signals, staging, output, .. } = self.arguments.clone();
        let Some(work) = gate.state::<Job>(job_id.uuid()).await?.work else { return Ok(()) };
        let stop = CancellationToken::new();
        let attempt = Attempt {
            job_id,
            attempt_id,
            work,
            lease,
            staging: staging.of(job_id),
            folders: staging,
            assignment: Assignment::new(attempt_id, Some(output.join(format!("{attempt_id}.log"))), stop),
            gate,
            signals,
        };
        let actor = AttemptActor(effect.clone());
        let (child, _) = Actor::spawn_linked(None, actor, attempt.clone(), myself.get_cell()).await?;
        self.children.insert(child.get_id(), attempt_id);
        self.running.insert(attempt_id, RunningAttempt { attempt, cell: child.get_cell() });
        Ok(())
    }
}

/// The life of one attempt. Its end is told to the performer by supervision.
struct AttemptActor<E>(E);

impl<E: Effect> Actor for AttemptActor<E> {
    type Msg = ();
    type State = Attempt;
    type Arguments = Attempt;

    async fn pre_start(&self, myself: ActorRef<()>, attempt: Attempt) -> Result<Attempt, ActorProcessingErr> {
        myself.cast(())?;
        Ok(attempt)
    }

    // The long work is awaited here and not in the performer; it is stopped by its token.
    async fn handle(
        &self,
        myself: ActorRef<()>,
        (): (),
        attempt: &mut Attempt,
    ) -> Result<(), ActorProcessingErr> {
        let start = Command::Start { attempt_id: attempt.attempt_id };
        match attempt.gate.execute::<Job>(attempt.caller("start"), attempt.job_id.uuid(), start).await {
            Ok(_) => {}
            Err(Refusal::Rejected(rejection)) => {
                tracing::debug!(attempt_id = %attempt.attempt_id, %rejection, "the lease is gone");
                myself.stop(None);
                return Ok(());
            }
            // The next start tells that it is lost.
            Err(Refusal::Stopping) => {
                myself.stop(None);
                return Ok(());
            }
            // Even with no room for its start the attempt may go on: its end fits into the reserve.
            Err(refusal) => {
                tracing::warn!(attempt_id = %attempt.attempt_id, %refusal, "the start is not recorded");
            }
        }
        let ending = match begin(attempt).await {
            Ok(()) => self.0.perform(attempt.clone()).await,
            Err(failure) => Ending::Failed(failure, ResourceUse::default()),
        };
        record(attempt, ending).await?;
        myself.stop(None);
        Ok(())
    }
}

/// Appends the end of an attempt that the effect has not appended itself.
async fn record(attempt: &Attempt, ending: Ending) -> Result<(), ActorProcessingErr> {
    let (outcome, resources) = match ending {
        Ending::Recorded => return Ok(()),
        Ending::Stopped(resources) => (Outcome::Stopped, resources),
        Ending::Failed(failure, resources) => {
            let at = attempt.gate.clock().now();
            (Outcome::Failed { failure, at, dice: dice(&attempt.gate) }, resources)
        }
    };
    let (job_id, attempt_id) = (attempt.job_id, attempt.attempt_id);
    let story =
        move |story: &mut Transaction<'_>| work::end(story, job_id, attempt_id, outcome.clone(), resources);
    settled(attempt.record("end", story).await)
}

/// Tells that an attempt is lost.
async fn lose(
    PerformerArguments { gate, staging, .. }: &PerformerArguments,
    job_id: JobId,
    attempt_id: AttemptId,
) -> Result<(), ActorProcessingErr> {
    let origin = Origin { kind: OriginKind::Actor, id: attempt_id.uuid() };
    let progressed = staging.has_progressed(job_id, attempt_id);
    let caller = Caller::platform(origin, gate.ids());
    let noticed = (gate.clock().now(), dice(gate));
    let story = move |story: &mut Transaction<'_>| work::lose(story, job_id, attempt_id, progressed, noticed);
    settled(until_accepted(gate, caller, story).await)
}

/// A dead attempt has nothing to say, and a server that stops is told at its next start.
fn settled(recorded: Result<(), Refusal>) -> Result<(), ActorProcessingErr> {
    match recorded {
        Ok(()) | Err(Refusal::Stopping) => Ok(()),
        Err(Refusal::Rejected(rejection)) => {
            tracing::debug!(%rejection, "a late message of a dead attempt is refused");
            Ok(())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The random bits of a new id are the dice of the backoff's jitter.
fn dice(gate: &Gate) -> u32 {
    let (_, low) = gate.ids().next().as_u64_pair();
    low as u32
}

/// Makes the folder of an attempt's work.
async fn begin(attempt: &Attempt) -> Result<(), Failure> {
    let (folders, job_id, attempt_id) = (attempt.folders.clone(), attempt.job_id, attempt.attempt_id);
    let made = tokio::task::spawn_blocking(move || folders.begin(job_id, attempt_id)).await;
    made.map_err(io::Error::other).flatten().map_err(|error| {
        Failure::new(storage_class(&error), format!("the folder for unfinished work can't be made: {error}"))
    })
}

/// Removes the folder of a job that is over, and what it left elsewhere if it came to nothing.
async fn tidy<E: Effect>(effect: &E, staging: &Staging, job_id: JobId, done: Done) {
    let (effect, staging) = (effect.clone(), staging.clone());
    let removed = tokio::task::spawn_blocking(move || {
        if !done {
            effect.take_back(job_id, &staging.of(job_id));
        }
        staging.remove(job_id)
    })
    .await;
    if let Err(error) = removed.map_err(io::Error::other).flatten() {
        tracing::warn!(%job_id, %error, "can't remove the folder of a job that is over");
    }
}

/// Removes folders of jobs that ended when nobody looked.
async fn remove_abandoned<E: Effect>(
    effect: &E,
    PerformerArguments { gate, staging, .. }: &PerformerArguments,
    board: &Board,
) -> Result<(), ActorProcessingErr> {
    let folders = staging.clone();
    let folders = match tokio::task::spawn_blocking(move || folders.jobs()).await? {
        Ok(folders) => folders,
        Err(error) => {
            tracing::warn!(%error, "can't look for folders of jobs that are over");
            return Ok(());
        }
    };
    for job_id in folders.into_iter().filter(|job_id| !board.jobs.contains_key(job_id)) {
        let state = gate.state::<Job>(job_id.uuid()).await?.state;
        tidy(effect, staging, job_id, state == Some(JobState::Succeeded)).await;
    }
    Ok(())
}
