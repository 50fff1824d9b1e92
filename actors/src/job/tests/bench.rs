use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use mediary_events::{
    Concern as _,
    job::{Command, Event, Job, Outcome},
    lane,
};
use mediary_log::{
    Log, Options, Origin, OriginKind, Read, Recorded,
    alarm::{Alarms, Leaps},
    gate::{Caller, Gate, LongWork as _, Transaction},
    work,
};
use mediary_schema::{
    AttemptId, Clock, CommandId, DownloadId, IdSource, IncarnationId, ItemId, JobId, PlaylistId, PrincipalId,
    Ticket, Timestamp,
    account::Role,
    download::{DownloadItem, EntryRef, Quality},
    item::ItemSource,
    job::{Failure, JobState, ResourceUse, RetryPolicy, Work},
    playlist::{RefreshMode, RefreshPlaylist},
    worker::WorkerLife,
};
use ractor::{Actor, ActorRef};
use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::super::{
    Clerk, Desk, Dispatcher, DispatcherArguments, Performer, PerformerArguments, dispatcher, performer,
};
use crate::{
    process::{Caps, Outputs},
    resource::Resources,
    room::Room,
    staging::Staging,
    workspace::Effect,
};

/// A log with what gives out and does the work of it.
pub(super) struct Bench {
    pub(super) gate: Gate,
    pub(super) free_bytes: Arc<AtomicU64>,
    pub(super) held: watch::Receiver<lane::State>,
    pub(super) worker: WorkerLife,
    pub(super) desk: Arc<Desk>,
    clock: Arc<AtomicI64>,
    driver: Arc<Notify>,
    alarms: Alarms,
    folder: TempDir,
}

/// What is kept free on the disk of tests.
pub(super) const KEPT_FREE: u64 = 100;

impl Bench {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (clock, cell) = Clock::manual(Timestamp::from_micros(1_790_000_000_000_000));
        let ids = IdSource::system();
        let options = Options {
            clock: clock.clone(),
            ids: ids.clone(),
            reserve_bytes: 1 << 20,
            ..Options::new(folder.path())
        };
        let gate = Gate::new(Log::open(options).unwrap(), clock, ids, work::REGISTRY);
        let (leaps, driver) = Leaps::driven();
        let alarms = Alarms::start(gate.clock().clone(), leaps);
        let (_, held) = watch::channel(lane::State::default());
        let worker = WorkerLife {
            worker_id: gate.identities().local_worker(gate.log().id()),
            incarnation_id: IncarnationId::from_uuid(gate.ids().next()),
        };
        let desk = Desk::new(gate.log().clone(), Resources::default());
        Self {
            desk,
            worker,
            gate,
            free_bytes: Arc::new(AtomicU64::new(1_000)),
            held,
            clock: cell,
            driver,
            alarms,
            folder,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.gate.clock().now()
    }

    /// Lets time pass; who waits for a moment is told.
    pub(super) fn pass(&self, while_: Duration) {
        self.clock.fetch_add(i64::try_from(while_.as_micros()).unwrap(), Ordering::SeqCst);
        self.driver.notify_one();
    }

    pub(super) fn folder_path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn staging(&self) -> Staging {
        Staging::in_data(self.folder.path())
    }

    pub(super) async fn dispatch(&mut self) -> ActorRef<dispatcher::Message> {
        let free = Arc::clone(&self.free_bytes);
        let (held, shown) = watch::channel(lane::State::default());
        self.held = shown;
        let arguments = DispatcherArguments {
            gate: self.gate.clone(),
            head: self.gate.log().watch_head(),
            alarms: self.alarms.clone(),
            desk: Arc::clone(&self.desk),
            worker: self.worker,
            offered: work::REGISTRY.work_kinds(),
            library: self.folder.path().join("library"),
            room: Room::of_disk(move || Ok(free.load(Ordering::SeqCst)), KEPT_FREE),
            held: Arc::new(held),
        };
        Actor::spawn(None, Dispatcher, arguments).await.unwrap().0
    }

    pub(super) async fn perform<W>(&self, work: W) -> ActorRef<performer::Message>
    where
        W: Effect + Clerk<Task = <W as Effect>::Task>,
    {
        self.perform_with(work.clone(), work).await
    }

    /// Work that is done by one and recorded by the other.
    pub(super) async fn perform_with<E, C>(&self, effect: E, clerk: C) -> ActorRef<performer::Message>
    where
        E: Effect,
        C: Clerk<Task = E::Task>,
    {
        let arguments = PerformerArguments {
            gate: self.gate.clone(),
            head: self.gate.log().watch_head(),
            desk: Arc::clone(&self.desk),
            worker: self.worker,
            signals: mediary_log::signal::SignalHub::default(),
            staging: self.staging(),
            output: Outputs::in_folder(self.folder.path().join("output"), u64::MAX),
            caps: Caps::default(),
        };
        Actor::spawn(None, Performer::new(clerk, Arc::new(effect)), arguments).await.unwrap().0
    }

    pub(super) async fn tell<T: Send + 'static>(
        &self,
        story: impl Fn(&mut Transaction<'_>) -> Result<T, mediary_log::gate::Refusal> + Send + 'static,
    ) -> T {
        let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
        self.gate.transact(Caller::platform(origin, self.gate.ids()), story).await.unwrap().value
    }

    pub(super) async fn queue(&self, work: Work) -> JobId {
        self.queue_with(work, Ticket::default()).await
    }

    pub(super) async fn queue_with(&self, work: Work, ticket: Ticket) -> JobId {
        let job_id = JobId::from_uuid(self.gate.ids().next());
        self.tell(move |story| {
            story.take_ticket(ticket.clone());
            match work.task::<DownloadItem>() {
                Ok(item) => work::download::request(story, item, job_id, false, RetryPolicy::default()),
                Err(_) => work::open(story, job_id, &work, RetryPolicy::default()),
            }
        })
        .await
    }

    /// Waits until the job is leased anew, and answers to which attempt.
    pub(super) async fn leased(&self, job_id: JobId) -> AttemptId {
        let mut head = self.gate.log().watch_head();
        loop {
            let job = self.gate.state::<Job>(job_id.uuid()).await.unwrap();
            if let (Some(JobState::Leased), Some(attempt)) = (job.state, job.attempt) {
                return attempt.id;
            }
            head.changed().await.unwrap();
        }
    }

    /// Waits until there is an event of this name, and answers them all.
    pub(super) async fn until(&self, kind: &str) -> Vec<Recorded> {
        let mut head = self.gate.log().watch_head();
        loop {
            head.borrow_and_update();
            let events = self.events();
            if events.iter().any(|event| event.envelope.kind() == kind) {
                return events;
            }
            head.changed().await.unwrap();
        }
    }

    pub(super) fn events(&self) -> Vec<Recorded> {
        self.gate.log().read(&Read::forward(1).limit(usize::MAX)).unwrap()
    }

    /// Events of a job by their names.
    pub(super) fn story_of(&self, job_id: JobId) -> Vec<String> {
        let stream = Job::stream(job_id.uuid());
        let of_job = self.events().into_iter().filter(|event| event.envelope.stream == stream);
        of_job.map(|event| event.envelope.kind()).collect()
    }

    pub(super) fn lanes(&self) -> Vec<String> {
        let kinds = self.events().into_iter().map(|event| event.envelope.kind());
        kinds.filter(|kind| kind.starts_with("lane.")).collect()
    }

    /// Leases a job to a worker, as a dispatcher does.
    pub(super) async fn lease(&self, job_id: JobId, worker: WorkerLife) -> AttemptId {
        let attempt_id = AttemptId::from_uuid(self.gate.ids().next());
        self.execute(job_id, Command::Lease { attempt_id, worker, until: self.now() }).await;
        attempt_id
    }

    /// Begins an attempt as its worker would.
    pub(super) async fn begin(&self, job_id: JobId, attempt_id: AttemptId) {
        self.execute(job_id, Command::Start { attempt_id }).await;
    }

    /// Goes on without a slot as its worker would.
    pub(super) async fn return_slot(&self, job_id: JobId, attempt_id: AttemptId) {
        self.execute(job_id, Command::ReturnSlot { attempt_id }).await;
    }

    async fn execute(&self, job_id: JobId, command: Command) {
        let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
        let caller = Caller::platform(origin, self.gate.ids());
        self.gate.execute::<Job>(caller, job_id.uuid(), command).await.unwrap();
    }

    /// Ends an attempt as its worker would.
    pub(super) async fn fail(&self, job_id: JobId, attempt_id: AttemptId, failure: Failure) {
        let outcome = Outcome::Failed { failure, at: self.now(), dice: 0 };
        self.tell(move |story| work::end(story, job_id, attempt_id, outcome.clone(), ResourceUse::default()))
            .await;
    }

    /// Ends a job as a person does.
    pub(super) async fn cancel(&self, job_id: JobId) {
        let origin = Origin { kind: OriginKind::Cli, id: Uuid::nil() };
        let command_id = CommandId::from_uuid(self.gate.ids().next());
        let caller = Caller::person(PrincipalId::OWNER, Role::Owner, origin, command_id, self.gate.ids());
        self.gate.transact(caller, move |story| work::cancel(story, job_id)).await.unwrap();
    }

    pub(super) fn last_event(&self, job_id: JobId) -> Event {
        let stream = Job::stream(job_id.uuid());
        let last = self.events().into_iter().rfind(|event| event.envelope.stream == stream).unwrap();
        mediary_events::codec::events_of::<Job>(&last).unwrap().remove(0)
    }
}

pub(super) fn refresh(number: u128, url: &str) -> Work {
    RefreshPlaylist {
        playlist_id: PlaylistId::from_uuid(Uuid::from_u128(number)),
        url: url.to_owned(),
        mode: RefreshMode::Full,
        page_size: 50,
    }
    .work()
}

pub(super) fn download(number: u128, url: &str) -> Work {
    download_for(number, url, None)
}

/// Asked for in a row of a list.
pub(super) fn download_for(number: u128, url: &str, entry: Option<EntryRef>) -> Work {
    DownloadItem {
        download_id: DownloadId::from_uuid(Uuid::from_u128(number)),
        item_id: ItemId::from_uuid(Uuid::from_u128(number)),
        source: ItemSource {
            extractor: "demo".to_owned(),
            source_id: number.to_string(),
            url: url.to_owned(),
        },
        quality: Quality::best(),
        title: None,
        duration_ms: None,
        folder: None,
        entry,
    }
    .work()
}
