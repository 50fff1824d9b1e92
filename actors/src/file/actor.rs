use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use mediary_events::{
    file::{Command, Judged},
    job::Job,
};
use mediary_log::{
    Log, Origin, OriginKind, ReadError,
    alarm::{Alarms, Key},
    gate::{Caller, Gate, Refusal, Transaction},
    work::{self, file::Finding},
};
use mediary_schema::{FileId, JobId, ProjectId, Several, file::VerifyFiles, job::JobState};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

use super::shelf::{self, Places, is_away, stamp_of};
use crate::mark::Mark;

/// Looks at every kept file at the start and from time to time, by asking the file system and reading none.
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
    /// The folder of the library.
    pub library: PathBuf,
    /// How often it looks, if that takes a small share of the time; none is once, at the start.
    pub every: Option<Duration>,
    /// Where it says whether the library is there.
    pub standing: Arc<watch::Sender<Standing>>,
}

/// Whether the folder of the library is the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    /// It is.
    There,
    /// Files were kept, and nothing of them is in it: its disk is not mounted, or it lies elsewhere.
    Away,
}

impl Standing {
    /// The state for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Unknown => "not looked at yet",
            Self::There => "there",
            Self::Away => "not there",
        }
    }
}

/// What a keeper is told.
#[derive(Debug)]
pub enum Message {
    /// Go on with the look, or begin one.
    Go,
}

/// What a keeper keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: KeeperArguments,
    mark: Mark,
    walk: Option<Walk>,
    /// The jobs that read what a look could not be sure of.
    reading: Vec<JobId>,
}

/// One look, from the newest file to the oldest.
#[derive(Debug)]
struct Walk {
    begun: Instant,
    next: u64,
    places: Places,
    unsure: BTreeMap<ProjectId, Vec<FileId>>,
    news: usize,
}

/// What a page of files came to.
#[derive(Debug, Default)]
struct Seen {
    findings: BTreeMap<ProjectId, Vec<Finding>>,
    unsure: Vec<(ProjectId, FileId)>,
    next: Option<u64>,
}

/// The next page of a look, or the next look.
const NEXT: Key = Key::part("keeper");
/// A look takes at most one part of so many of the time: a large library on a slow disk is looked at less often.
const SHARE: u32 = 200;
/// The wait before asking again when the log takes nothing.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How often it is looked whether a library that is not there has come back.
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
        let mark = Mark::of(&arguments.library, arguments.gate.log().id());
        myself.cast(Message::Go)?;
        Ok(State { arguments, mark, walk: None, reading: Vec::new() })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        Message::Go: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        if let Some(wait) = state.step().await? {
            let (alarms, keeper) = (&state.arguments.alarms, myself.clone());
            alarms.set(NEXT, alarms.now().after(wait), move || {
                if keeper.cast(Message::Go).is_err() {
                    tracing::debug!("the keeper is gone");
                }
            });
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.arguments.alarms.clear(NEXT);
        Ok(())
    }
}

impl State {
    /// Does a page of the look; answers when to go on, if ever.
    async fn step(&mut self) -> Result<Option<Duration>, ActorProcessingErr> {
        let every = self.arguments.every;
        let mut walk = match self.walk.take() {
            Some(walk) => walk,
            None if self.is_there().await? => Walk::new(),
            // Whoever looks once waits for the library all the same: there is nothing to look at before.
            None => return Ok(Some(every.map_or(AWAY_EVERY, |every| every.min(AWAY_EVERY)))),
        };
        let begun = Instant::now();
        let mut seen = self.look(&mut walk).await?;
        let is_loss = |finding: &Finding| finding.command == Command::Lose;
        if seen.findings.values().flatten().any(is_loss) && !self.is_marked().await? {
            // It went away in the middle: what was not there says nothing of what is lost.
            return Ok(Some(RETRY_AFTER));
        }
        for (project, findings) in std::mem::take(&mut seen.findings) {
            walk.news += findings.len();
            if let Some(wait) = self.record(project, findings).await? {
                // The same page is looked at once more.
                self.walk = Some(walk);
                return Ok(Some(wait));
            }
        }
        for (project, file_id) in seen.unsure {
            walk.unsure.entry(project).or_default().push(file_id);
        }
        if let Some(next) = seen.next {
            walk.next = next;
            self.walk = Some(walk);
            // As long as it worked, so that it never takes more than half of a thread or of a disk.
            return Ok(Some(begun.elapsed()));
        }
        let took = walk.begun.elapsed();
        if walk.news > 0 {
            tracing::info!(news = walk.news, took_ms = took.as_millis() as u64, "looked at the library");
        }
        self.read(walk.unsure).await?;
        Ok(every.map(|every| every.max(took.saturating_mul(SHARE))))
    }

    /// Whether the library is there; a folder that nothing is missed in becomes it.
    async fn is_there(&self) -> Result<bool, ActorProcessingErr> {
        let (log, mark) = (self.arguments.gate.log().clone(), self.mark.clone());
        let library = self.arguments.library.clone();
        let is_there = tokio::task::spawn_blocking(move || {
            let is_there = !is_away(&log, &library)?;
            if is_there
                && !mark.is_there()
                && let Err(error) = mark.make()
            {
                tracing::warn!(%error, "the library can't be marked");
            }
            Ok::<_, ReadError>(is_there)
        })
        .await??;
        let standing = if is_there { Standing::There } else { Standing::Away };
        let was = self.arguments.standing.send_replace(standing);
        match (was, standing) {
            (Standing::Unknown | Standing::There, Standing::Away) => {
                tracing::warn!("the library is not there: no file is taken for lost, and downloads wait");
            }
            (Standing::Away, Standing::There) => tracing::info!("the library is there again"),
            _ => {}
        }
        Ok(is_there)
    }

    async fn is_marked(&self) -> Result<bool, ActorProcessingErr> {
        let mark = self.mark.clone();
        Ok(tokio::task::spawn_blocking(move || mark.is_there()).await?)
    }

    /// Looks at a page of files.
    async fn look(&self, walk: &mut Walk) -> Result<Seen, ActorProcessingErr> {
        let log = self.arguments.gate.log().clone();
        let (library, from) = (self.arguments.library.clone(), walk.next);
        let mut places = std::mem::take(&mut walk.places);
        let (places, seen) = tokio::task::spawn_blocking(move || {
            let seen = look(&log, &library, from, &mut places);
            (places, seen)
        })
        .await?;
        walk.places = places;
        Ok(seen?)
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
            for file_ids in file_ids.chunks(Several::<FileId>::MAX) {
                let files = VerifyFiles { file_ids: file_ids.to_vec(), accept_folder: false };
                let story = move |story: &mut Transaction<'_>| work::file::verify(story, &files);
                // A log that takes nothing now is asked with the next look.
                let told = self.tell(project, story).await?;
                self.reading.extend(told);
            }
        }
        Ok(())
    }
}

impl Walk {
    fn new() -> Self {
        let (places, unsure) = (Places::default(), BTreeMap::new());
        Self { begun: Instant::now(), next: u64::MAX, places, unsure, news: 0 }
    }
}

/// Asks the file system for each file of a page. May block.
fn look(log: &Log, library: &std::path::Path, from: u64, places: &mut Places) -> Result<Seen, ReadError> {
    let page = shelf::page(log, from, None)?;
    let mut seen = Seen { next: page.next, ..Seen::default() };
    for file in page.files {
        let (file_id, project) = (file.file_id, file.project);
        let mut found = |finding| seen.findings.entry(project).or_default().push(finding);
        if let Some(superseded) = places.superseded(&file) {
            found(superseded);
            continue;
        }
        if !places.is_owner(&file) || !file.state.is_looked_at() {
            continue;
        }
        match stamp_of(&file.place(library)).map(|stamp| file.state.judge(stamp)) {
            Ok(Judged::Known) => {}
            Ok(Judged::News(command)) => found(Finding { file_id, command }),
            Ok(Judged::Unsure) => seen.unsure.push((project, file_id)),
            Err(error) => tracing::debug!(%file_id, %error, "a file can't be looked at"),
        }
    }
    Ok(seen)
}
