//! The one board of a server.
//!
//! Whoever is woken asks here. The first one reads the log on, the others find it read; what a performer has to do
//! lies ready for it since. So each event is read and folded once, however many kinds of work there are.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use mediary_events::job::Event as JobEvent;
use mediary_log::{Log, ReadError, Recorded};
use mediary_schema::{
    AttemptId, JobId, ProjectId, Timestamp,
    job::WorkKind,
    lane::{Lane, Load},
    setting::{QuotaOf, QuotaUse},
    site::Pace,
    ticket::Wait,
    worker::WorkerLife,
};
use ractor::ActorProcessingErr;

use super::board::{Board, Told};
use crate::resource::Resources;

/// The one board of a server, and what it has for each performer. Its methods block on the log and are called
/// where that may be.
#[derive(Debug)]
pub struct Desk {
    log: Log,
    resources: Resources,
    within: Mutex<Within>,
}

#[derive(Debug, Default)]
struct Within {
    /// None before the first look, and after a fault that left it half-way.
    board: Option<Board>,
    posts: BTreeMap<WorkKind, Post>,
    /// Up to where the board was saved.
    saved: u64,
}

/// What there is to do for the performer of one kind.
#[derive(Debug)]
struct Post {
    /// Nothing is laid ready for somebody who is gone.
    holder: Weak<()>,
    life: WorkerLife,
    /// Up to where it has its tasks.
    position: u64,
    tasks: Vec<Task>,
}

/// What the log asks of a performer.
#[derive(Debug)]
pub(super) enum Task {
    /// Take up this lease.
    Begin(Box<Recorded>, JobId, AttemptId),
    /// Stop this attempt.
    Stop(AttemptId),
    /// Tidy up after a job that is over.
    Over(JobId, Done),
}

/// Whether a job that is over came to something.
pub(super) type Done = bool;

impl Desk {
    /// Events after which the board is saved anew; as many as it has jobs, if that is more, so that saving costs each
    /// event the same.
    pub(super) const SAVE_EVERY: u64 = 10_000;

    /// The desk of a log, which is read at the first look.
    pub fn new(log: Log, resources: Resources) -> Arc<Self> {
        Arc::new(Self { log, resources, within: Mutex::default() })
    }

    /// What work needs and others need besides.
    pub(super) const fn resources(&self) -> &Resources {
        &self.resources
    }

    /// Asks the board as of now, on a thread that may block.
    pub(super) async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&mut Board) -> T + Send + 'static,
    ) -> Result<T, ActorProcessingErr> {
        self.blocking(|desk| {
            let mut within = desk.lock();
            within.read_on(desk).map(question)
        })
        .await
    }

    /// What each of these jobs waits for; those that wait for nothing but a person or are no longer open are left out.
    pub async fn waits(
        self: &Arc<Self>,
        job_ids: Vec<JobId>,
        now: Timestamp,
    ) -> Result<BTreeMap<JobId, Wait>, ActorProcessingErr> {
        self.ask(move |board| board.waits(&job_ids, now)).await
    }

    /// Every lane that open work needs, that is held, or that is in use.
    pub async fn lanes(self: &Arc<Self>, now: Timestamp) -> Result<Vec<Load>, ActorProcessingErr> {
        let resources = self.resources.clone();
        self.ask(move |board| board.lanes(&resources, now)).await
    }

    /// How often these sites are asked, and what that means for what waits for them.
    pub async fn paces(
        self: &Arc<Self>,
        sites: Vec<String>,
        now: Timestamp,
    ) -> Result<BTreeMap<String, Pace>, ActorProcessingErr> {
        let pace = move |board: &mut Board| {
            let of = |site: String| Some((site.clone(), board.pace(&Lane::Host(site), now)?));
            sites.into_iter().filter_map(of).collect()
        };
        self.ask(pace).await
    }

    /// Where in the log the open jobs of a project were queued, the newest first.
    pub async fn queued_at(self: &Arc<Self>, project: ProjectId) -> Result<Vec<u64>, ActorProcessingErr> {
        self.ask(move |board| board.queued_at(project)).await
    }

    /// How much of whose work there is, and was on this day.
    pub async fn quota_uses(
        self: &Arc<Self>,
        of: Vec<QuotaOf>,
        now: Timestamp,
    ) -> Result<BTreeMap<QuotaOf, QuotaUse>, ActorProcessingErr> {
        self.ask(move |board| board.quota_uses(&of, now)).await
    }

    /// Saves the board, if enough has happened since; in any case, if this is its last look.
    pub(super) async fn save(self: &Arc<Self>, is_last: bool) -> Result<(), ActorProcessingErr> {
        self.blocking(move |desk| {
            let kept = desk.lock().kept_if_due(is_last);
            if let Some(kept) = kept {
                Board::save(&desk.log, &kept);
            }
            Ok(())
        })
        .await
    }

    /// Opens the post of a performer, in place of an earlier one; what was asked of that one is no longer. Answers
    /// the attempts besides that have a job now: whatever is leased later is a task.
    pub(super) async fn open(
        self: &Arc<Self>,
        kind: WorkKind,
        life: WorkerLife,
    ) -> Result<(PostHandle, Vec<(JobId, AttemptId)>), ActorProcessingErr> {
        let desk = Arc::clone(self);
        self.blocking(move |blocking| {
            let mut within = blocking.lock();
            let board = within.read_on(blocking)?;
            let (position, had) = (board.position, board.attempts(kind, life.worker_id).collect());
            let holder = Arc::new(());
            let post = Post { holder: Arc::downgrade(&holder), life, position, tasks: Vec::new() };
            within.posts.insert(kind, post);
            Ok((PostHandle { desk, kind, holder }, had))
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ActorProcessingErr> {
        let desk = Arc::clone(self);
        Ok(tokio::task::spawn_blocking(move || work(&desk)).await??)
    }

    fn lock(&self) -> MutexGuard<'_, Within> {
        self.within.lock().unwrap_or_else(|poisoned: PoisonError<_>| {
            let mut within = poisoned.into_inner();
            // Whoever panicked may have left it half-way; the log says it all again.
            within.board = None;
            self.within.clear_poison();
            within
        })
    }
}

impl Within {
    fn read_on(&mut self, Desk { log, resources, .. }: &Desk) -> Result<&mut Board, ReadError> {
        let Self { board, posts, saved, .. } = self;
        let board = board.get_or_insert_with(|| {
            let restored = Board::restore(log).with_usual_budget(resources.budgets().usual);
            *saved = restored.position;
            restored
        });
        posts.retain(|_, post| post.holder.strong_count() > 0);
        board.catch_up(log, |told| {
            if let Some(post) = posts.get_mut(&told.kind) {
                post.note(told);
            }
        })?;
        for post in posts.values_mut() {
            post.position = board.position;
        }
        Ok(board)
    }

    fn kept_if_due(&mut self, is_last: bool) -> Option<mediary_log::Kept> {
        let board = self.board.as_ref()?;
        let enough = Desk::SAVE_EVERY.max(board.len() as u64);
        let is_due = board.position >= self.saved + enough || (is_last && board.position > self.saved);
        let kept = is_due.then(|| board.to_kept()).flatten()?;
        self.saved = kept.position;
        Some(kept)
    }
}

impl Post {
    fn note(&mut self, Told { recorded, job_id, event, .. }: Told<'_>) {
        // A board that is made anew tells what it told before.
        if recorded.position() <= self.position {
            return;
        }
        match event {
            JobEvent::Leased { attempt_id, worker_id, incarnation_id, .. } => {
                if (*worker_id, *incarnation_id) == (self.life.worker_id, self.life.incarnation_id) {
                    self.tasks.push(Task::Begin(Box::new(recorded.clone()), job_id, *attempt_id));
                }
            }
            JobEvent::CancelRequested { attempt_id } | JobEvent::PauseRequested { attempt_id } => {
                self.tasks.push(Task::Stop(*attempt_id));
            }
            JobEvent::Succeeded { .. } => self.tasks.push(Task::Over(job_id, true)),
            JobEvent::Failed { .. } | JobEvent::Cancelled { .. } => {
                self.tasks.push(Task::Over(job_id, false));
            }
            JobEvent::Queued { .. }
            | JobEvent::Prioritised { .. }
            | JobEvent::Stranded { .. }
            | JobEvent::Started { .. }
            | JobEvent::SlotReturned { .. }
            | JobEvent::AttemptFailed { .. }
            | JobEvent::AttemptLost { .. }
            | JobEvent::LeaseReturned { .. }
            | JobEvent::AttemptStopped { .. }
            | JobEvent::Parked { .. }
            | JobEvent::Paused { .. }
            | JobEvent::Resumed {} => {}
        }
    }
}

/// The post of a performer, open as long as it has it.
#[derive(Debug)]
pub(super) struct PostHandle {
    desk: Arc<Desk>,
    kind: WorkKind,
    holder: Arc<()>,
}

impl PostHandle {
    /// What is to be done, in order, and up to which position that is all.
    pub(super) async fn collect(&self) -> Result<(Vec<Task>, u64), ActorProcessingErr> {
        let (kind, holder) = (self.kind, Arc::downgrade(&self.holder));
        let collect = move |desk: &Desk| {
            let mut within = desk.lock();
            let position = within.read_on(desk)?.position;
            let post = within.posts.get_mut(&kind).filter(|post| post.holder.ptr_eq(&holder));
            Ok((post.map(|post| std::mem::take(&mut post.tasks)).unwrap_or_default(), position))
        };
        self.desk.blocking(collect).await
    }
}
