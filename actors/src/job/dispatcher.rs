use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use mediary_events::{
    job::{Command, Job},
    lane,
};
use mediary_log::{
    Head, Origin, OriginKind,
    alarm::{Alarms, Key},
    gate::{Caller, Gate, Refusal, Transaction},
    work,
};
use mediary_schema::{
    AttemptId, IdSource, JobId, Timestamp,
    job::WorkKind,
    lane::{Hold, Lane},
    worker::WorkerLife,
};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::watch;
use uuid::Uuid;

use super::{Board, Desk, board::Ends};
use crate::{
    file::{Root, is_away},
    follower::{Follower, ReadUpTo, waker},
    plan,
    resource::{Leased, Leasing},
    room::Room,
};

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
    /// Who rings when a moment has come that is waited for.
    pub alarms: Alarms,
    /// The board of the server.
    pub desk: Arc<Desk>,
    /// Who gets the jobs.
    pub worker: WorkerLife,
    /// What it does.
    pub offered: Vec<WorkKind>,
    /// The room on the library's disk.
    pub room: Room,
    /// The folder of the library.
    pub library: PathBuf,
    /// Where it is shown which lanes are held.
    pub held: Arc<watch::Sender<lane::State>>,
}

/// What a dispatcher is told.
#[derive(Debug)]
pub enum Message {
    /// The log has grown, or the moment has come that was waited for.
    Wake,
}

/// What a dispatcher keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: DispatcherArguments,
    /// What jobs have of resources.
    leasing: Arc<Leasing>,
    follower: ActorRef<ReadUpTo>,
    /// Up to where the desk was asked to save the board.
    saved: u64,
}

/// The next moment of all jobs, leases and holds.
const NEXT: Key = Key::part("dispatcher");
/// Jobs of which one append tells that what they waited for came to nothing.
const STRANDED_AT_ONCE_MAX: usize = 500;
/// The wait before asking again when the log had no room.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How often a disk or a trash without room, or a library that is not there, is looked at.
pub(super) const LOOK_FOR_ROOM: Duration = Duration::from_secs(5);
/// How long a worker has to begin before the job is given to somebody else: far more than it needs.
pub(super) const BEGINS_WITHIN: Duration = Duration::from_mins(1);

impl Actor for Dispatcher {
    type Msg = Message;
    type State = State;
    type Arguments = DispatcherArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: DispatcherArguments,
    ) -> Result<State, ActorProcessingErr> {
        let leasing = Arc::new(arguments.desk.resources().leasing(wake(&myself)));
        let follower = Follower::start(myself.get_cell(), arguments.head.clone(), wake(&myself)).await?;
        myself.cast(Message::Wake)?;
        Ok(State { arguments, leasing, follower, saved: 0 })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        Message::Wake: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let now = state.arguments.gate.clock().now();
        let look = state.look(now).await?;
        state.show(&look.lanes);
        let holds_end = state.release(&look.ends, now).await?;
        let given_back = state.give_back(&look.expired, now).await?;
        let told = state.strand(&look.stranded, now).await?;
        let mut look_again = [holds_end, given_back, told, look.next].into_iter().flatten().min();
        let mut wanted = look.wanted;
        for leased in look.ready {
            let (job_id, attempt_id) = (leased.job_id, leased.attempt_id);
            if let Err(full) = state.leasing.lease(leased) {
                // Somebody else was quicker since the look.
                wanted.insert(full);
                continue;
            }
            if !state.lease(job_id, attempt_id).await? {
                look_again = look_again.into_iter().chain([now.after(RETRY_AFTER)]).min();
                break;
            }
        }
        state.leasing.want(&wanted);
        state.look_again(&myself, look_again);
        if look.position >= state.saved + Desk::SAVE_EVERY {
            state.arguments.desk.save(false).await?;
            state.saved = look.position;
        }
        Follower::rearm(&state.follower, look.position)
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.arguments.alarms.clear(NEXT);
        state.arguments.desk.save(true).await
    }
}

/// What the board says at one moment.
struct Look {
    position: u64,
    lanes: lane::State,
    /// Each held lane, with what its end depends on.
    ends: Vec<(Hold, Ends)>,
    /// Leases that nobody took up in time.
    expired: Vec<(JobId, AttemptId)>,
    /// Jobs whose predecessor came to nothing, each with that one.
    stranded: Vec<(JobId, JobId)>,
    /// Jobs to be leased, in their turn, each with the attempt that it is for.
    ready: Vec<Leased>,
    /// Resources that somebody waits for who could start with them.
    wanted: BTreeSet<Lane>,
    /// When one of them is due that are not yet.
    next: Option<Timestamp>,
}

impl Look {
    fn at(
        board: &mut Board,
        offered: &[WorkKind],
        leasing: &Leasing,
        ids: &IdSource,
        now: Timestamp,
    ) -> Self {
        leasing.agree(board.leased());
        let holds = board.lanes.holds.iter();
        let ends = holds.map(|hold| (hold.clone(), board.end_of(hold, now))).collect();
        let (expired, next_ends) = board.expired(now);
        let (ready, next_due) = board.ready(offered, &leasing.left(), now);
        let attempt = |job_id| board.lease_of(job_id, AttemptId::from_uuid(ids.next()));
        let ready = ready.into_iter().filter_map(attempt).collect();
        let wanted = board.wanted(offered);
        let next = [next_ends, next_due].into_iter().flatten().min();
        let stranded = board.stranded(STRANDED_AT_ONCE_MAX);
        let (position, lanes) = (board.position, board.lanes.clone());
        Self { position, lanes, ends, expired, stranded, ready, wanted, next }
    }
}

impl State {
    async fn look(&self, now: Timestamp) -> Result<Look, ActorProcessingErr> {
        let (offered, leasing) = (self.arguments.offered.clone(), Arc::clone(&self.leasing));
        let ids = self.arguments.gate.ids().clone();
        self.arguments.desk.ask(move |board| Look::at(board, &offered, &leasing, &ids, now)).await
    }

    fn show(&self, lanes: &lane::State) {
        self.arguments.held.send_if_modified(|shown| {
            let is_new = shown != lanes;
            if is_new {
                shown.clone_from(lanes);
            }
            is_new
        });
    }

    /// Releases the lanes whose hold has come to its end; answers when to look at the others.
    async fn release(
        &self,
        holds: &[(Hold, Ends)],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, ActorProcessingErr> {
        let mut look_again = None::<Timestamp>;
        for (hold, ends) in holds {
            let later = match *ends {
                Ends::At(moment) => Some(moment),
                Ends::Now => self.release_one(hold, now).await?,
                Ends::WithRoom(bytes) if self.has_room(bytes).await? => self.release_one(hold, now).await?,
                Ends::WithLibrary if self.has_library().await? => self.release_one(hold, now).await?,
                Ends::WithRoomInTrash(bytes) if self.has_room_in_trash(bytes).await? => {
                    self.release_one(hold, now).await?
                }
                Ends::WithRoom(_) | Ends::WithLibrary | Ends::WithRoomInTrash(_) => {
                    Some(now.after(LOOK_FOR_ROOM))
                }
            };
            look_again = [look_again, later].into_iter().flatten().min();
        }
        Ok(look_again)
    }

    /// Gives back what nobody took up in time; answers when to try again if the log takes nothing now.
    async fn give_back(
        &self,
        expired: &[(JobId, AttemptId)],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, ActorProcessingErr> {
        let (gate, mut look_again) = (&self.arguments.gate, None);
        for (job_id, attempt_id) in expired.iter().copied() {
            let story = move |story: &mut Transaction<'_>| work::give_back(story, job_id, attempt_id);
            match gate.transact(Caller::platform(origin(), gate.ids()), story).await {
                Ok(_) => {
                    tracing::warn!(%job_id, %attempt_id, "nobody began in time; the lease is given back");
                }
                // It has ended meanwhile; the board will say so.
                Err(Refusal::Rejected(_)) => {}
                Err(refusal) if refusal.is_retryable() => look_again = Some(now.after(RETRY_AFTER)),
                Err(refusal) => return Err(refusal.into()),
            }
        }
        Ok(look_again)
    }

    /// Tells of jobs that are held now since what they waited for came to nothing; answers when to try again if the log
    /// takes nothing now. What is more than fits into one append is told at the next look, which this one brings about.
    async fn strand(
        &self,
        stranded: &[(JobId, JobId)],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, ActorProcessingErr> {
        let gate = &self.arguments.gate;
        if stranded.is_empty() {
            return Ok(None);
        }
        let stranded: Arc<[(JobId, JobId)]> = stranded.into();
        let story = move |story: &mut Transaction<'_>| {
            stranded.iter().try_for_each(|(job_id, after)| work::strand(story, *job_id, *after))
        };
        match gate.transact(Caller::platform(origin(), gate.ids()), story).await {
            Ok(_) | Err(Refusal::Rejected(_)) => Ok(None),
            Err(refusal) if refusal.is_retryable() => Ok(Some(now.after(RETRY_AFTER))),
            Err(refusal) => Err(refusal.into()),
        }
    }

    async fn has_room(&self, bytes: u64) -> Result<bool, ActorProcessingErr> {
        let room = self.arguments.room.clone();
        // A disk that can't be asked is no disk with room.
        Ok(tokio::task::spawn_blocking(move || room.has(bytes)).await?.unwrap_or(false))
    }

    async fn has_room_in_trash(&self, bytes: u64) -> Result<bool, ActorProcessingErr> {
        let gate = &self.arguments.gate;
        let (settings, used) = (plan::trash_settings(gate).await?, plan::bytes_in_trash(gate).await?);
        Ok(settings.has_room(used, bytes))
    }

    async fn has_library(&self) -> Result<bool, ActorProcessingErr> {
        let (log, library) = (self.arguments.gate.log().clone(), Root::library(&self.arguments.library));
        let away = tokio::task::spawn_blocking(move || is_away(&log, &library));
        Ok(!away.await??)
    }

    /// Answers when to try again if the log takes nothing now.
    async fn release_one(
        &self,
        hold: &Hold,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, ActorProcessingErr> {
        let gate = &self.arguments.gate;
        let seen = hold.clone();
        let story = move |story: &mut Transaction<'_>| work::lane::release(story, seen.clone());
        match gate.transact(Caller::platform(origin(), gate.ids()), story).await {
            Ok(_) | Err(Refusal::Rejected(_)) => Ok(None),
            Err(refusal) if refusal.is_retryable() => Ok(Some(now.after(RETRY_AFTER))),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Leases a job; false if the log has no room for it now.
    async fn lease(&self, job_id: JobId, attempt_id: AttemptId) -> Result<bool, ActorProcessingErr> {
        let DispatcherArguments { gate, worker, .. } = &self.arguments;
        let until = gate.clock().now().after(BEGINS_WITHIN);
        let command = Command::Lease { attempt_id, worker: *worker, until };
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

    /// Wakes at this moment and at no other: each look finds anew what is to come.
    fn look_again(&self, myself: &ActorRef<Message>, moment: Option<Timestamp>) {
        let alarms = &self.arguments.alarms;
        let Some(moment) = moment else { return alarms.clear(NEXT) };
        alarms.set(NEXT, moment, wake(myself));
    }
}

fn wake(dispatcher: &ActorRef<Message>) -> impl Fn() + Send + Sync + use<> {
    waker("dispatcher", dispatcher, || Message::Wake)
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
