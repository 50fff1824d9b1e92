use std::{collections::VecDeque, fmt, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use mediary_schema::Clock;
use ractor::{
    Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, RpcReplyPort, SpawnErr, SupervisionEvent,
    concurrency::JoinHandle,
};
use tokio::{sync::watch, time::Instant};

use super::{
    children::{Action, ChildStatus, Children},
    policy::Policy,
};

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

/// Keeps its children running.
pub struct Supervisor;

/// What a supervisor is told and asked.
#[derive(Debug)]
pub enum Message {
    /// A start came to its end, outside of the supervisor: (which, the number of the start, what became of it).
    Started(usize, u64, Result<ActorCell, String>),
    /// The wait before a restart has passed: (which, the start that failed).
    Due(usize, u64),
    /// A halted child is wanted back.
    Resume(String, RpcReplyPort<bool>),
}

/// What a supervisor is made of.
pub struct Arguments {
    children: Vec<Child>,
    policy: Policy,
    clock: Clock,
    status: watch::Sender<Vec<ChildStatus>>,
}

/// What a supervisor keeps in mind.
pub struct State {
    children: Vec<Child>,
    places: Children,
    cells: Vec<Option<(ActorCell, u64)>>,
    starting: Vec<Option<tokio::task::JoinHandle<()>>>,
    /// Actors that ended before their start was told.
    ended: VecDeque<(ActorId, String)>,
    clock: Clock,
    status: watch::Sender<Vec<ChildStatus>>,
}

/// A running supervisor.
#[derive(Debug)]
pub struct SupervisorHandle {
    supervisor: ActorRef<Message>,
    running: JoinHandle<()>,
    status: watch::Receiver<Vec<ChildStatus>>,
    stop_within: Duration,
}

/// How long a question to the supervisor may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// What a stop may take beyond the deadlines of the children.
const STOP_SLACK: Duration = Duration::from_secs(2);
/// How many early ends are kept in mind: one for each child that is being started is enough.
const ENDED_MAX: usize = 64;

impl Supervisor {
    /// Starts the children in order, and fails if one of them can't be started the first time.
    pub async fn start(
        children: Vec<Child>,
        policy: Policy,
        clock: Clock,
    ) -> Result<SupervisorHandle, StartError> {
        let stop_within = children.iter().map(|child| child.stop_within).sum::<Duration>() + STOP_SLACK;
        let (sender, status) = watch::channel(Vec::new());
        let arguments = Arguments { children, policy, clock, status: sender };
        let (supervisor, running) = Actor::spawn(None, Self, arguments).await.map_err(StartError)?;
        Ok(SupervisorHandle { supervisor, running, status, stop_within })
    }
}

impl SupervisorHandle {
    /// Stops the children in the reverse order of their start, each within its deadline.
    pub async fn stop(mut self) {
        if self.running.is_finished() {
            return;
        }
        self.supervisor.stop(None);
        match tokio::time::timeout(self.stop_within, &mut self.running).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!("the supervisor panicked while stopping"),
            Err(_) => {
                tracing::error!("the supervisor is killed: it did not stop in time");
                self.supervisor.kill();
            }
        }
    }

    /// Waits until it has ended, which nobody asked for.
    pub async fn ended(&mut self) {
        // A panic is an end, too.
        (&mut self.running).await.ok();
    }

    /// Where the children are, now and at every change.
    pub fn watch(&self) -> watch::Receiver<Vec<ChildStatus>> {
        self.status.clone()
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
        Arguments { children, policy, clock, status }: Arguments,
    ) -> Result<State, ActorProcessingErr> {
        let names = children.iter().map(|child| child.name);
        let mut places = Children::new(names, policy, clock.now());
        let mut cells = Vec::with_capacity(children.len());
        for (index, child) in children.iter().enumerate() {
            match (child.start)(myself.get_cell()).await {
                Ok(cell) => cells.push(Some((cell, 1))),
                Err(error) => {
                    // The framework drops what is linked; nobody would wait for what it has to bring to its end.
                    stop_in_reverse(&children, &mut cells).await;
                    return Err(error.into());
                }
            }
            places.started(index, 1, clock.now());
        }
        let starting = children.iter().map(|_| None).collect();
        let state = State { children, places, cells, starting, ended: VecDeque::new(), clock, status };
        state.publish();
        Ok(state)
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let at = state.clock.now();
        match message {
            Message::Started(index, run, Ok(cell)) => state.started(&myself, index, run, cell),
            Message::Started(index, run, Err(reason)) => state.failed(&myself, index, run, reason),
            Message::Due(index, run) => {
                if let Some(action) = state.places.due(index, run, at) {
                    state.act(&myself, action);
                }
            }
            Message::Resume(name, reply) => {
                let action = state.places.resume(&name, at);
                answer(reply, action.is_some());
                if let Some(action) = action {
                    state.act(&myself, action);
                }
            }
        }
        state.publish();
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
        let id = cell.get_id();
        let is_it =
            |known: &Option<(ActorCell, u64)>| known.as_ref().is_some_and(|(ours, _)| ours.get_id() == id);
        if let Some(index) = state.cells.iter().position(is_it) {
            if let Some((_, run)) = state.cells[index].take() {
                state.failed(&myself, index, run, reason);
            }
        } else {
            // It ended so soon that its start is told after its end.
            state.ended.push_back((id, reason));
            if state.ended.len() > ENDED_MAX {
                state.ended.pop_front();
            }
        }
        state.publish();
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.places.stop();
        for starting in state.starting.iter_mut().filter_map(Option::take) {
            starting.abort();
        }
        stop_in_reverse(&state.children, &mut state.cells).await;
        Ok(())
    }
}

/// Stops what runs in the reverse order of its start, each within its deadline.
async fn stop_in_reverse(children: &[Child], cells: &mut [Option<(ActorCell, u64)>]) {
    for (child, cell) in children.iter().zip(cells).rev() {
        let Some((cell, _)) = cell.take() else { continue };
        let within = ractor::concurrency::Duration::from(child.stop_within);
        if cell.stop_and_wait(None, Some(within)).await.is_err() {
            tracing::warn!(child = child.name, "killed: it did not stop in time");
            cell.kill();
        }
    }
}

impl State {
    fn started(&mut self, myself: &ActorRef<Message>, index: usize, run: u64, cell: ActorCell) {
        self.starting[index] = None;
        if !self.places.started(index, run, self.clock.now()) {
            cell.stop(None);
            return;
        }
        let ended = self.ended.iter().position(|(id, _)| *id == cell.get_id());
        match ended.and_then(|place| self.ended.remove(place)) {
            Some((_, reason)) => self.failed(myself, index, run, reason),
            None => self.cells[index] = Some((cell, run)),
        }
    }

    fn failed(&mut self, myself: &ActorRef<Message>, index: usize, run: u64, reason: String) {
        let (now, at) = (Instant::now(), self.clock.now());
        if let Some(action) = self.places.failed(index, run, reason, now, at) {
            self.act(myself, action);
        }
    }

    fn act(&mut self, myself: &ActorRef<Message>, action: Action) {
        match action {
            Action::Wait { index, run, wait } => {
                myself.send_after(wait, move || Message::Due(index, run));
            }
            // What a child does while it starts may take long; the supervisor goes on meanwhile.
            Action::Start { index, run } => {
                let start = (self.children[index].start)(myself.get_cell());
                let myself = myself.clone();
                let told = async move {
                    let started = start.await.map_err(|error| error.to_string());
                    if let Err(error) = myself.cast(Message::Started(index, run, started)) {
                        tracing::debug!(%error, "a child was started after its supervisor's end");
                    }
                };
                #[expect(
                    clippy::disallowed_methods,
                    reason = "its end is told to the supervisor, and a stop aborts it"
                )]
                let task = tokio::spawn(told);
                self.starting[index] = Some(task);
            }
        }
    }

    fn publish(&self) {
        let now = self.places.status();
        for child in &now {
            let is_halted = matches!(child.state, super::ChildState::Halted(_));
            metrics::gauge!("mediary_part_halted", "part" => child.name).set(f64::from(u8::from(is_halted)));
        }
        self.status.send_if_modified(|known| {
            let is_new = *known != now;
            *known = now;
            is_new
        });
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
        formatter.debug_struct("State").field("children", &self.places).finish_non_exhaustive()
    }
}
