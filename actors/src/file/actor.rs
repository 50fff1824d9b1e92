use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use mediary_events::{
    Concern as _,
    job::Job,
    root::{Root as Roots, State as RootsState},
};
use mediary_log::{
    Filter, Origin, OriginKind, ReadError,
    alarm::{Alarms, Key},
    gate::{Caller, Gate, Refusal, Transaction},
    work::{self, file::Finding},
};
use mediary_schema::{
    FileId, JobId, ProjectId, RootId, Several, Timestamp,
    file::VerifyFiles,
    job::JobState,
    root::{Standing, Standings},
};
use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

use super::{Root, look::Walk, moving::Moving, roots};
use crate::follower::{Listener, fails_with_child, waker};

/// Looks at every kept file at the start and from time to time, by asking the file system and reading none; follows those
/// that were renamed; and makes each root known by its mark that is registered and there.
///
/// It walks instead of being told: what tells of changes (inotify) knows nothing of a file that another machine
/// removes from a network disk, needs a watch for each folder, and says nothing of what happened while nobody ran.
#[derive(Debug)]
pub struct Keeper;

/// What a keeper is made of.
#[derive(Debug, Clone)]
pub struct KeeperArguments {
    /// The gate.
    pub gate: Gate,
    /// Who rings when it is time for the next look.
    pub alarms: Alarms,
    /// How often it looks, if that takes a small share of the time; none is once, at the start.
    pub every: Option<Duration>,
    /// Where it says which roots are there.
    pub standings: Arc<watch::Sender<Standings>>,
}

/// What a keeper is told.
#[derive(Debug)]
pub enum Message {
    /// Go on with the look, or begin one.
    Go,
    /// A root was registered, or moved.
    Wake,
}

/// What a keeper keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: KeeperArguments,
    /// Whether roots are others than those that were looked at.
    has_other_roots: bool,
    walk: Option<Walk>,
    moving: Moving,
    /// When the next look begins, if it ever does.
    due: Option<Timestamp>,
    /// The jobs that read what a look could not be sure of.
    reading: Vec<JobId>,
}

/// The next page of a look, or the next look.
const NEXT: Key = Key::part("keeper");
/// A look takes at most one part of so many of the time: a large library on a slow disk is looked at less often.
const SHARE: u32 = 200;
/// The wait before asking again when the log takes nothing.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How often it is looked whether a root that is not there has come back.
const AWAY_EVERY: Duration = Duration::from_secs(5);

impl Actor for Keeper {
    type Msg = Message;
    type State = State;
    type Arguments = KeeperArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: KeeperArguments,
    ) -> Result<State, ActorProcessingErr> {
        let wake = waker("keeper", &myself, || Message::Wake);
        let log = arguments.gate.log();
        let events = log.subscribe(log.head().position + 1, Filter::categories([Roots::NAME]));
        Listener::start(myself.get_cell(), events, wake).await?;
        myself.cast(Message::Go)?;
        let (due, reading) = (Some(arguments.alarms.now()), Vec::new());
        Ok(State { arguments, has_other_roots: false, walk: None, moving: Moving::default(), due, reading })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        if let Message::Wake = message {
            state.has_other_roots = true;
            if state.walk.is_some() {
                // The next page is due already, and at its end it is looked at roots.
                return Ok(());
            }
        }
        let alarms = state.arguments.alarms.clone();
        match state.step().await? {
            None => alarms.clear(NEXT),
            Some(wait) => {
                alarms.set(NEXT, alarms.now().after(wait), waker("keeper", &myself, || Message::Go));
            }
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<Message>,
        event: SupervisionEvent,
        _: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        // The log is closed: the keeper is stopped in its turn.
        fails_with_child(event)
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.arguments.alarms.clear(NEXT);
        Ok(())
    }
}

impl State {
    fn now(&self) -> Timestamp {
        self.arguments.alarms.now()
    }

    /// Does a page of the look; answers when to go on, if ever.
    async fn step(&mut self) -> Result<Option<Duration>, ActorProcessingErr> {
        let mut walk = if let Some(walk) = self.walk.take() {
            walk
        } else {
            self.has_other_roots = false;
            let roots = self.look_at_roots().await?;
            let is_due = self.due.is_some_and(|due| due <= self.now());
            if roots.there.is_empty() || !(is_due || roots.has_come) {
                return Ok(self.rest(&roots));
            }
            Walk::new(roots.there, roots.all.into())
        };
        let (begun, log) = (Instant::now(), self.arguments.gate.log().clone());
        let step = move || {
            let seen = walk.step(&log);
            (walk, seen)
        };
        let (mut walk, seen) = tokio::task::spawn_blocking(step).await?;
        let mut seen = seen?;
        let unmarked =
            roots::unmarked(&self.arguments.gate, &walk.roots, std::mem::take(&mut seen.losing)).await?;
        if !unmarked.is_empty() {
            // One went away in the middle, or nobody may mark it: what is not there says nothing of what is lost. The same
            // page is looked at once more, without it.
            Arc::make_mut(&mut walk.roots).retain(|id, _| !unmarked.contains(id));
            self.has_other_roots = true;
            self.walk = Some(walk);
            return Ok(Some(Duration::ZERO));
        }
        for (project, mut findings) in std::mem::take(&mut seen.findings) {
            self.moving.leave_out(&self.arguments.gate, &mut findings).await?;
            walk.news += findings.len();
            if let Some(wait) = self.record(project, findings).await? {
                // The same page is looked at once more.
                self.walk = Some(walk);
                return Ok(Some(wait));
            }
        }
        if walk.passed(seen) {
            self.walk = Some(walk);
            // As long as it worked, so that it never takes more than half of a thread or of a disk.
            return Ok(Some(begun.elapsed()));
        }
        let took = walk.begun.elapsed();
        if walk.news > 0 {
            tracing::info!(news = walk.news, took_ms = took.as_millis() as u64, "looked at the library");
        }
        self.read(walk.unsure).await?;
        self.due = self.arguments.every.map(|every| self.now().after(every.max(took.saturating_mul(SHARE))));
        if self.has_other_roots {
            return Ok(Some(Duration::ZERO));
        }
        let away = self.arguments.standings.borrow().values().any(|standing| *standing == Standing::Away);
        Ok(self.rest_until_due(away))
    }

    /// How long there is nothing to do. Whoever looks once waits for a root all the same that is not there.
    fn rest(&self, roots: &Looked) -> Option<Duration> {
        if roots.there.is_empty() { Some(AWAY_EVERY) } else { self.rest_until_due(roots.is_any_away) }
    }

    fn rest_until_due(&self, is_any_away: bool) -> Option<Duration> {
        let due = self.due.map(|due| due.since(self.now()));
        if is_any_away { Some(due.map_or(AWAY_EVERY, |due| due.min(AWAY_EVERY))) } else { due }
    }

    /// Looks which roots are there; a folder that nothing is missed in becomes it.
    async fn look_at_roots(&self) -> Result<Looked, ActorProcessingErr> {
        let gate = &self.arguments.gate;
        let (registered, log) = (roots::registered(gate).await?, gate.log().clone());
        let looked = tokio::task::spawn_blocking(move || {
            let look = |root: Root| Ok::<_, ReadError>((roots::is_there(&log, &root)?, root));
            registered.into_iter().map(look).collect::<Result<Vec<_>, _>>()
        });
        let mut found = Looked::default();
        let mut standings = Standings::new();
        let before = self.arguments.standings.borrow().clone();
        for (is_there, root) in looked.await?? {
            let standing = if is_there { Standing::There } else { Standing::Away };
            let (id, called) = (root.id(), root.called());
            match (before.get(&id).copied().unwrap_or_default(), standing) {
                (Standing::Unknown | Standing::There, Standing::Away) => {
                    tracing::warn!(
                        "{called} is not there: no file is taken for lost, and what needs it waits"
                    );
                }
                (Standing::Away, Standing::There) => tracing::info!("{called} is there again"),
                _ => {}
            }
            found.has_come |= is_there && before.get(&id) != Some(&Standing::There);
            found.is_any_away |= !is_there;
            standings.insert(id, standing);
            found.all.push(root.clone());
            if is_there {
                found.there.insert(id, root);
            }
        }
        self.arguments.standings.send_replace(standings);
        self.tell_of_roots(found.all.iter().map(|root| (root.id(), found.there.contains_key(&root.id()))))
            .await?;
        Ok(found)
    }

    /// Records which roots went away, and which came back. A log that takes nothing now is told with the next look.
    async fn tell_of_roots(
        &self,
        seen: impl Iterator<Item = (RootId, bool)>,
    ) -> Result<(), ActorProcessingErr> {
        let home = ProjectId::HOME;
        let away =
            |state: &RootsState| state.roots.iter().filter(|root| root.is_away).map(|root| root.id).collect();
        let away: BTreeSet<RootId> = self.arguments.gate.inspect::<Roots, _>(home.uuid(), away).await?;
        let news: Vec<(RootId, bool)> =
            seen.filter(|(id, is_there)| away.contains(id) == *is_there).collect();
        if !news.is_empty() {
            self.tell(home, move |story: &mut Transaction<'_>| work::root::look(story, &news)).await?.ok();
        }
        Ok(())
    }

    /// Records what was found of a project's files; answers when to try again if the log takes nothing now.
    async fn record(
        &self,
        project: ProjectId,
        findings: Vec<Finding>,
    ) -> Result<Option<Duration>, ActorProcessingErr> {
        let story = move |story: &mut Transaction<'_>| work::file::record(story, &findings);
        self.tell(project, story).await.map(Result::err)
    }

    async fn tell<T, F>(
        &self,
        project: ProjectId,
        story: F,
    ) -> Result<Result<T, Duration>, ActorProcessingErr>
    where
        T: Send + 'static,
        F: Fn(&mut Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    {
        let gate = &self.arguments.gate;
        let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
        let caller = Caller::platform(origin, gate.ids()).within(project);
        match gate.transact(caller, story).await {
            Ok(receipt) => Ok(Ok(receipt.value)),
            Err(refusal) if refusal.is_retryable() => Ok(Err(RETRY_AFTER)),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Has those files read of which their stamp says too little: by a job, which can be seen, held and ended.
    async fn read(&mut self, unsure: BTreeMap<ProjectId, Vec<FileId>>) -> Result<(), ActorProcessingErr> {
        for job_id in std::mem::take(&mut self.reading) {
            let state = self.arguments.gate.state::<Job>(job_id.uuid()).await?.state;
            if !state.is_some_and(JobState::is_terminal) {
                self.reading.push(job_id);
            }
        }
        if !self.reading.is_empty() {
            // What it reads now is not asked for twice.
            return Ok(());
        }
        for (project, file_ids) in unsure {
            for file_ids in file_ids.chunks(<Several<FileId>>::MAX) {
                let files = VerifyFiles { file_ids: file_ids.to_vec(), root_id: None, accept_folder: false };
                let story = move |story: &mut Transaction<'_>| work::file::verify(story, &files);
                // A log that takes nothing now is asked with the next look.
                let told = self.tell(project, story).await?;
                self.reading.extend(told);
            }
        }
        Ok(())
    }
}

/// Which roots are there.
#[derive(Debug, Default)]
struct Looked {
    all: Vec<Root>,
    there: BTreeMap<RootId, Root>,
    /// Whether one of them was not there before.
    has_come: bool,
    is_any_away: bool,
}
