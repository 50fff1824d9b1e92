use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use mediary_events::job::Job;
use mediary_log::{
    Head, Recorded,
    gate::{Gate, LongWork as _},
    signal::SignalHub,
};
use mediary_schema::{
    AttemptId, FailureClass, JobId,
    job::{Failure, ResourceUse},
    worker::WorkerLife,
};
use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, RactorErr, SupervisionEvent};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    Attempt, Clerk, Desk,
    attempt_actor::AttemptActor,
    desk::{PostHandle, Task},
    ending::{lose, record, remove_abandoned, tidy},
    here::Unfinished,
};
use crate::{
    follower::{Follower, ReadUpTo, waker},
    process::{Caps, Outputs},
    staging::Staging,
    workspace::Hands,
};

/// Has the leased jobs of one kind done: one linked child for each attempt.
///
/// An attempt that has a job when the performer starts is dead: it belonged to an earlier run of the
/// server or of this actor, and is told to be lost.
#[derive(Debug)]
pub struct Performer<C> {
    clerk: C,
    hands: Arc<dyn Hands>,
}

impl<C> Performer<C> {
    /// A performer whose attempts are done by these hands, and recorded by this clerk.
    pub fn new(clerk: C, hands: Arc<dyn Hands>) -> Self {
        Self { clerk, hands }
    }
}

/// What a performer is made of.
#[derive(Debug, Clone)]
pub struct PerformerArguments {
    /// The gate.
    pub gate: Gate,
    /// The head of the log.
    pub head: watch::Receiver<Head>,
    /// The board of the server.
    pub desk: Arc<Desk>,
    /// Whose leases it takes up.
    pub worker: WorkerLife,
    /// Where progress is told.
    pub signals: SignalHub,
    /// Folders of unfinished work.
    pub staging: Staging,
    /// Where what programs write is kept.
    pub output: Outputs,
    /// What each of their processes may take at most.
    pub caps: Caps,
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
    post: PostHandle,
    follower: ActorRef<ReadUpTo>,
    running: BTreeMap<AttemptId, RunningAttempt>,
    children: HashMap<ActorId, AttemptId>,
}

#[derive(Debug)]
struct RunningAttempt {
    attempt: Attempt,
    cell: ActorCell,
}

/// How long attempts have to end their processes when the server stops.
const STOP_WITHIN: Duration = Duration::from_secs(8);

impl<C: Clerk> Actor for Performer<C> {
    type Msg = Message;
    type State = State;
    type Arguments = PerformerArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: PerformerArguments,
    ) -> Result<State, ActorProcessingErr> {
        let (post, dead) = arguments.desk.open(C::Task::KIND, arguments.worker).await?;
        for (job_id, attempt_id) in dead {
            lose(&arguments, job_id, attempt_id).await?;
        }
        remove_abandoned(&self.clerk, &arguments).await?;
        let staging = arguments.staging.clone();
        // Nobody of an earlier run is at work any more.
        if let Err(error) = tokio::task::spawn_blocking(move || staging.sweep()).await? {
            tracing::warn!(%error, "folders of unfinished work can't be looked through for what a kill left");
        }
        let wake = waker("performer", &myself, || Message::Wake);
        let follower = Follower::start(myself.get_cell(), arguments.head.clone(), wake).await?;
        myself.cast(Message::Wake)?;
        let (running, children) = (BTreeMap::new(), HashMap::new());
        Ok(State { arguments, post, follower, running, children })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        Message::Wake: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let (tasks, position) = state.post.collect().await?;
        for task in tasks {
            match task {
                Task::Begin(lease, job_id, attempt_id) => {
                    state.begin(self, &myself, *lease, job_id, attempt_id).await?;
                }
                Task::Stop(attempt_id) => {
                    if let Some(running) = state.running.get(&attempt_id) {
                        running.attempt.assignment.stop().cancel();
                    }
                }
                Task::Over(job_id, done) => tidy(&self.clerk, &state.arguments.staging, job_id, done).await,
            }
        }
        Follower::rearm(&state.follower, position)
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
            metrics::counter!("mediary_attempt_faults_total", "kind" => C::Task::KIND.name()).increment(1);
            let failure = Failure::new(FailureClass::Unknown, format!("the platform failed: {fault}"));
            let unfinished = Unfinished::Failed(failure, ResourceUse::default());
            record(&running.attempt, unfinished).await?;
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
    async fn begin<C: Clerk>(
        &mut self,
        performer: &Performer<C>,
        myself: &ActorRef<Message>,
        lease: Recorded,
        job_id: JobId,
        attempt_id: AttemptId,
    ) -> Result<(), ActorProcessingErr> {
        if self.running.contains_key(&attempt_id) {
            return Ok(());
        }
        let PerformerArguments { gate, signals, staging, output, caps, .. } = self.arguments.clone();
        let Some(work) = gate.state::<Job>(job_id.uuid()).await?.work else { return Ok(()) };
        let stop = CancellationToken::new();
        let attempt = Attempt {
            job_id,
            attempt_id,
            work,
            lease,
            staging: staging.of(job_id),
            folders: staging,
            assignment: output.assign(attempt_id, caps, stop),
            gate,
            signals,
        };
        let actor = AttemptActor { clerk: performer.clerk.clone(), hands: Arc::clone(&performer.hands) };
        let (child, _) = Actor::spawn_linked(None, actor, attempt.clone(), myself.get_cell()).await?;
        self.children.insert(child.get_id(), attempt_id);
        self.running.insert(attempt_id, RunningAttempt { attempt, cell: child.get_cell() });
        Ok(())
    }
}
