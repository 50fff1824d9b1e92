use std::{fmt, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use ractor::{
    Actor, ActorCell, ActorProcessingErr, ActorRef, RpcReplyPort, SpawnErr, SupervisionEvent,
    concurrency::JoinHandle,
};
use tokio::time::Instant;

use super::policy::{History, Policy};

/// How to start a child, linked to the supervisor.
type Start = Arc<dyn Fn(ActorCell) -> BoxFuture<'static, Result<ActorCell, SpawnErr>> + Send + Sync>;

/// A child as the supervision tree names it.
#[derive(Clone)]
pub struct Child {
    name: &'static str,
    start: Start,
    stop_within: Duration,
}

impl Child {
    /// A child that is made anew for each start.
    pub fn actor<A: Actor>(
        name: &'static str,
        stop_within: Duration,
        make: impl Fn() -> (A, A::Arguments) + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, stop_within, move |parent| {
            let (actor, arguments) = make();
            async move { Ok(Actor::spawn_linked(None, actor, arguments, parent).await?.0.get_cell()) }
        })
    }

    /// A child that is started by a function, and anew by the same one after a failure.
    pub fn new<F, A>(name: &'static str, stop_within: Duration, start: A) -> Self
    where
        A: Fn(ActorCell) -> F + Send + Sync + 'static,
        F: Future<Output = Result<ActorCell, SpawnErr>> + Send + 'static,
    {
        Self { name, start: Arc::new(move |parent| Box::pin(start(parent))), stop_within }
    }
}

impl fmt::Debug for Child {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Child").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A child that failed too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halted {
    /// Its name.
    pub name: &'static str,
    /// What went wrong last.
    pub reason: String,
}

/// Told of each halted child; appends the fact.
type OnHalt = Arc<dyn Fn(Halted) -> BoxFuture<'static, ()> + Send + Sync>;

/// Where a child is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChildStatus {
    /// It runs.
    Running,
    /// It failed and is started again in a moment.
    Restarting,
    /// It failed too often.
    Halted(String),
}

/// Keeps its children running.
pub struct Supervisor;

/// What a supervisor is asked.
#[derive(Debug)]
pub enum Message {
    /// A restart is due.
    Restart(usize),
    /// A person wants a halted child back.
    Resume(String, RpcReplyPort<bool>),
    /// Where are the children?
    Status(RpcReplyPort<Vec<(&'static str, ChildStatus)>>),
}

/// What a supervisor is made of.
pub struct Arguments {
    children: Vec<Child>,
    policy: Policy,
    on_halt: OnHalt,
}

struct Supervised {
    child: Child,
    cell: Option<ActorCell>,
    history: History,
    halted: Option<String>,
}

/// What a supervisor keeps in mind.
pub struct State {
    children: Vec<Supervised>,
    policy: Policy,
    on_halt: OnHalt,
}

/// A running supervisor.
#[derive(Debug)]
pub struct SupervisorHandle {
    supervisor: ActorRef<Message>,
    running: JoinHandle<()>,
}

/// How long a question to the supervisor may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

impl Supervisor {
    /// Starts the children in order, and fails if one of them can't be started the first time.
    pub async fn start<F>(
        children: Vec<Child>,
        policy: Policy,
        on_halt: impl Fn(Halted) -> F + Send + Sync + 'static,
    ) -> Result<SupervisorHandle, StartError>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let on_halt: OnHalt = Arc::new(move |halted| Box::pin(on_halt(halted)));
        let arguments = Arguments { children, policy, on_halt };
        let (supervisor, running) = Actor::spawn(None, Self, arguments).await.map_err(StartError)?;
        Ok(SupervisorHandle { supervisor, running })
    }
}

impl SupervisorHandle {
    /// Stops the children in the reverse order of their start, each within its deadline.
    pub async fn stop(self) {
        self.supervisor.stop(None);
        if self.running.await.is_err() {
            tracing::error!("the supervisor panicked while stopping");
        }
    }

    /// Starts a halted child again; false if there is none of that name.
    pub async fn resume(&self, name: &str) -> bool {
        self.resumer().resume(name).await
    }

    /// Where each child is, in the order of their start.
    pub async fn status(&self) -> Vec<(&'static str, ChildStatus)> {
        ractor::call_t!(self.supervisor, Message::Status, ANSWER_WITHIN.as_millis() as u64)
            .unwrap_or_default()
    }

    /// What starts halted children again, for elsewhere.
    pub fn resumer(&self) -> Resumer {
        Resumer { supervisor: self.supervisor.clone() }
    }
}

/// Starts halted children of a supervisor again. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Resumer {
    supervisor: ActorRef<Message>,
}

impl Resumer {
    /// Starts a halted child again; false if there is none of that name.
    pub async fn resume(&self, name: &str) -> bool {
        let name = name.to_owned();
        ractor::call_t!(self.supervisor, Message::Resume, ANSWER_WITHIN.as_millis() as u64, name)
            .unwrap_or(false)
    }
}

/// Why a tree could not be started.
#[derive(Debug, thiserror::Error)]
#[error("an actor can't be started")]
pub struct StartError(#[source] SpawnErr);

impl Actor for Supervisor {
    type Msg = Message;
    type State = State;
    type Arguments = Arguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        Arguments { children, policy, on_halt }: Arguments,
    ) -> Result<State, ActorProcessingErr> {
        let mut supervised = Vec::with_capacity(children.len());
        for child in children {
            let cell = (child.start)(myself.get_cell()).await?;
            supervised.push(Supervised {
                child,
                cell: Some(cell),
                history: History::default(),
                halted: None,
            });
        }
        Ok(State { children: supervised, policy, on_halt })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Restart(index) => state.restart(&myself, index).await,
            Message::Resume(name, reply) => {
                let index = state
                    .children
                    .iter()
                    .position(|supervised| supervised.child.name == name && supervised.halted.is_some());
                if let Some(index) = index {
                    state.children[index].halted = None;
                    state.children[index].history.forget();
                    state.restart(&myself, index).await;
                }
                answer(reply, index.is_some());
            }
            Message::Status(reply) => answer(reply, state.status()),
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        myself: ActorRef<Message>,
        event: SupervisionEvent,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let (cell, reason) = match event {
            SupervisionEvent::ActorFailed(cell, error) => (cell, error.to_string()),
            SupervisionEvent::ActorTerminated(cell, _, reason) => {
                (cell, reason.unwrap_or_else(|| "it ended without a reason".to_owned()))
            }
            SupervisionEvent::ActorStarted(_) | SupervisionEvent::ProcessGroupChanged(_) => return Ok(()),
        };
        let index = state.children.iter().position(|supervised| {
            supervised.cell.as_ref().is_some_and(|ours| ours.get_id() == cell.get_id())
        });
        if let Some(index) = index {
            state.failed(&myself, index, reason).await;
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        for supervised in state.children.iter_mut().rev() {
            let Some(cell) = supervised.cell.take() else { continue };
            let within = ractor::concurrency::Duration::from(supervised.child.stop_within);
            if cell.stop_and_wait(None, Some(within)).await.is_err() {
                tracing::warn!(child = supervised.child.name, "killed: it did not stop in time");
                cell.kill();
            }
        }
        Ok(())
    }
}

impl State {
    async fn failed(&mut self, myself: &ActorRef<Message>, index: usize, reason: String) {
        let supervised = &mut self.children[index];
        let name = supervised.child.name;
        supervised.cell = None;
        if let Some(wait) = supervised.history.fail(self.policy, Instant::now()) {
            tracing::warn!(
                child = name,
                reason,
                wait_ms = wait.as_millis() as u64,
                "an actor failed; it is started again"
            );
            metrics::counter!("mediary_actor_restarts_total", "actor" => name).increment(1);
            myself.send_after(wait, move || Message::Restart(index));
        } else {
            tracing::error!(child = name, reason, "an actor failed too often; it is halted");
            supervised.halted = Some(reason.clone());
            (self.on_halt)(Halted { name, reason }).await;
        }
    }

    async fn restart(&mut self, myself: &ActorRef<Message>, index: usize) {
        let supervised = &mut self.children[index];
        if supervised.cell.is_some() || supervised.halted.is_some() {
            return;
        }
        match (supervised.child.start)(myself.get_cell()).await {
            Ok(cell) => supervised.cell = Some(cell),
            Err(error) => self.failed(myself, index, error.to_string()).await,
        }
    }

    fn status(&self) -> Vec<(&'static str, ChildStatus)> {
        let status = |supervised: &Supervised| match (&supervised.cell, &supervised.halted) {
            (_, Some(reason)) => ChildStatus::Halted(reason.clone()),
            (Some(_), None) => ChildStatus::Running,
            (None, None) => ChildStatus::Restarting,
        };
        self.children.iter().map(|supervised| (supervised.child.name, status(supervised))).collect()
    }
}

fn answer<T>(reply: RpcReplyPort<T>, value: T) {
    // Whoever asked may have stopped waiting.
    if reply.send(value).is_err() {
        tracing::debug!("nobody waits for the supervisor's answer any more");
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Supervisor")
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Arguments").field("children", &self.children).finish_non_exhaustive()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("State").field("children", &self.status()).finish_non_exhaustive()
    }
}
