use std::time::Duration;

use mediary_events::job::{Command, Job};
use mediary_log::{
    Head, Origin, OriginKind,
    gate::{Caller, Gate, Refusal},
};
use mediary_schema::{AttemptId, JobId, Timestamp, WorkerId, job::WorkKind};
use ractor::{Actor, ActorProcessingErr, ActorRef, MessagingErr};
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use super::board::Board;
use crate::follower::{Follower, ReadUpTo};

/// Gives jobs to the local worker, in their turn and within the limits.
#[derive(Debug)]
pub struct Dispatcher;

/// What a dispatcher is made of.
#[derive(Debug, Clone)]
pub struct DispatcherArguments {
    /// The gate.
    pub gate: Gate,
    /// The head of the log.
    pub head: watch::Receiver<Head>,
    /// Who gets the jobs.
    pub worker_id: WorkerId,
    /// What it does.
    pub offered: Vec<WorkKind>,
}

/// What a dispatcher is told.
#[derive(Debug)]
pub enum Message {
    /// The log has grown, or a waiting job's time has come.
    Wake,
}

/// What a dispatcher keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: DispatcherArguments,
    board: Board,
    follower: ActorRef<ReadUpTo>,
    timer: Option<(Timestamp, Timer)>,
    saved_at: u64,
}

/// A wake that is still to come.
type Timer = JoinHandle<Result<(), MessagingErr<Message>>>;

/// Events after which the board is saved anew.
const SAVE_EVERY: u64 = 10_000;
/// The wait before asking again when the log had no room.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl Actor for Dispatcher {
    type Msg = Message;
    type State = State;
    type Arguments = DispatcherArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: DispatcherArguments,
    ) -> Result<State, ActorProcessingErr> {
        let board = Board::restore(arguments.gate.log());
        let waker = myself.clone();
        let wake = move || {
            // A dispatcher that is gone needs no wake.
            if waker.cast(Message::Wake).is_err() {
                tracing::debug!("the dispatcher is gone");
            }
        };
        let follower = Follower::start(myself.get_cell(), arguments.head.clone(), wake).await?;
        myself.cast(Message::Wake)?;
        let saved_at = board.position;
        Ok(State { arguments, board, follower, timer: None, saved_at })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        Message::Wake: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let gate = state.arguments.gate.clone();
        let mut board = std::mem::take(&mut state.board);
        // The log is read on a thread that may block.
        let (board, read) = tokio::task::spawn_blocking(move || {
            let read = board.catch_up(gate.log(), |_, _, _| {});
            (board, read)
        })
        .await?;
        state.board = board;
        read?;
        let now = state.arguments.gate.clock().now();
        let (ready, mut look_again) = state.board.ready(&state.arguments.offered, now);
        for job_id in ready {
            if !state.lease(job_id).await? {
                look_again = Some(now.after(RETRY_AFTER));
                break;
            }
        }
        state.look_again(&myself, look_again, now);
        if state.board.position >= state.saved_at + SAVE_EVERY {
            state.board.save(state.arguments.gate.log());
            state.saved_at = state.board.position;
        }
        Follower::rearm(&state.follower, state.board.position)
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.board.save(state.arguments.gate.log());
        Ok(())
    }
}

impl State {
    /// Leases a job; false if the log has no room for it now.
    async fn lease(&self, job_id: JobId) -> Result<bool, ActorProcessingErr> {
        let DispatcherArguments { gate, worker_id, .. } = &self.arguments;
        let attempt_id = AttemptId::from_uuid(gate.ids().next());
        let command = Command::Lease { attempt_id, worker_id: *worker_id };
        let story = queued_by(gate, job_id).await?;
        let caller = match story {
            // The lease belongs to the story of whoever queued the job.
            Some(recorded) => Caller {
                command_id: mediary_schema::CommandId::from_uuid(gate.ids().next()),
                ..Caller::because_of(&gate.identities(), &recorded, origin(), "lease")
            },
            None => Caller::platform(origin(), gate.ids()),
        };
        match gate.execute::<Job>(caller, job_id.uuid(), command).await {
            // Refused: it was cancelled or held a moment ago; the board will say so.
            Ok(_) | Err(Refusal::Rejected(_)) => Ok(true),
            Err(refusal) if refusal.is_retryable() => {
                tracing::warn!(%job_id, %refusal, "a job waits: it can't be leased now");
                Ok(false)
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    fn look_again(&mut self, myself: &ActorRef<Message>, moment: Option<Timestamp>, now: Timestamp) {
        let Some(moment) = moment else { return };
        if let Some((set, timer)) = &self.timer
            && *set <= moment
            && !timer.is_finished()
        {
            return;
        }
        if let Some((_, timer)) = self.timer.take() {
            timer.abort();
        }
        self.timer = Some((moment, myself.send_after(moment.since(now), || Message::Wake)));
    }
}

fn origin() -> Origin {
    Origin { kind: OriginKind::Actor, id: Uuid::nil() }
}

/// The first event of a job: the story that it belongs to.
async fn queued_by(gate: &Gate, job_id: JobId) -> Result<Option<mediary_log::Recorded>, ActorProcessingErr> {
    use mediary_events::Concern as _;
    use mediary_log::Direction;
    let log = gate.log().clone();
    let read = move || log.read_stream(&Job::stream(job_id.uuid()), 1, Direction::Forward, 1);
    Ok(tokio::task::spawn_blocking(read).await??.into_iter().next())
}
