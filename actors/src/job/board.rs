use std::collections::BTreeMap;

use mediary_events::{
    Concern, codec,
    job::{Event as JobEvent, Job, Stop},
    lane::{self, Lanes},
    setting::{Event as SettingEvent, Setting},
    worker::{Event as WorkerEvent, Worker},
};
use mediary_log::{Direction, Filter, Kept, Log, Passed, Read, ReadError, Recorded, work::REGISTRY};
use mediary_schema::{
    AttemptId, JobId, Timestamp, WorkerId,
    job::WorkKind,
    lane::{Hold, Lane, Reason},
    setting::Limits,
};
use serde::{Deserialize, Serialize};

/// Who has a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The attempt.
    pub attempt_id: AttemptId,
    /// The worker.
    pub worker_id: WorkerId,
    /// When it is given back, as long as nobody has begun.
    pub until: Option<Timestamp>,
}

/// A job that has not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenJob {
    /// Its kind.
    pub kind: WorkKind,
    /// Its turn: the position at which it was queued.
    pub turn: u64,
    /// Not before this moment.
    pub not_before: Option<Timestamp>,
    /// The attempt that has it.
    pub lease: Option<Lease>,
    /// Whether the attempt was asked to stop.
    pub stop: bool,
    /// Whether it is held.
    pub paused: bool,
    /// What it shares with other work.
    pub lanes: Vec<Lane>,
}

/// Every job that has not come to its end, the limits, and which concerns are halted: the fold that
/// dispatcher and performers share. Its size depends on open jobs only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Board {
    /// The position that it shows.
    pub position: u64,
    /// What it passed without understanding it.
    #[serde(skip)]
    pub passed: Passed,
    /// Open jobs.
    pub jobs: BTreeMap<JobId, OpenJob>,
    /// How much runs at once.
    pub limits: Limits,
    /// Kinds whose performer is halted.
    pub halted: Vec<String>,
    /// Lanes that are held.
    pub lanes: lane::State,
}

/// The name of the fold's snapshots.
const SNAPSHOT: &str = "board";
/// Raised whenever the fold changes.
const SNAPSHOT_VERSION: u32 = 3;
/// Events read at once.
const PAGE: usize = 1_024;
/// Bytes read at once.
const PAGE_BYTES: usize = 1 << 20;

impl Board {
    /// The board as of the last snapshot, or an empty one.
    pub fn restore(log: &Log) -> Self {
        let restored = log.snapshots().load(SNAPSHOT, SNAPSHOT_VERSION).and_then(|kept| {
            let board: Self = rmp_serde::from_slice(&kept.state).ok()?;
            (board.position == kept.position).then_some(Self { passed: kept.passed, ..board })
        });
        restored.unwrap_or_default()
    }

    /// Saves a snapshot, so that the next start reads only what comes after it.
    pub fn save(&self, log: &Log) {
        let state = match rmp_serde::to_vec_named(self) {
            Ok(state) => state,
            Err(error) => return tracing::warn!(%error, "can't encode the snapshot of the board"),
        };
        let kept = Kept { position: self.position, passed: self.passed.clone(), state };
        if let Err(error) = log.snapshots().save(SNAPSHOT, SNAPSHOT_VERSION, &kept) {
            tracing::warn!(%error, "can't save the snapshot of the board; the next start takes longer");
        }
    }

    /// Reads on to the head of the log, and tells of each event of a job.
    pub fn catch_up(
        &mut self,
        log: &Log,
        mut each: impl FnMut(&Recorded, JobId, &JobEvent),
    ) -> Result<(), ReadError> {
        let filter = Filter::categories([Job::NAME, Setting::NAME, Worker::NAME, Lanes::NAME]);
        loop {
            let head = log.head().position;
            let request = Read {
                from: self.position + 1,
                direction: Direction::Forward,
                limit: PAGE,
                bytes_max: PAGE_BYTES,
                filter: filter.clone(),
            };
            let page = log.read_page(&request)?;
            for recorded in &page.events {
                self.fold(recorded, &mut each);
                self.position = recorded.envelope.position;
            }
            if let Some(next) = page.next_position {
                self.position = next - 1;
            } else {
                self.position = self.position.max(head);
                return Ok(());
            }
        }
    }

    fn fold(&mut self, recorded: &Recorded, each: &mut impl FnMut(&Recorded, JobId, &JobEvent)) {
        let envelope = &recorded.envelope;
        let stream = &envelope.stream;
        self.passed.take(envelope, REGISTRY.knows(&stream.category, &envelope.name));
        for event in decode::<Job>(recorded) {
            let job_id = JobId::from_uuid(stream.uuid);
            self.fold_job(job_id, recorded.envelope.position, &event);
            each(recorded, job_id, &event);
        }
        for event in decode::<Setting>(recorded) {
            match event {
                SettingEvent::LimitsChanged { limits } => self.limits = limits,
            }
        }
        for event in decode::<Worker>(recorded) {
            match event {
                WorkerEvent::Joined { .. } => self.halted.clear(),
                WorkerEvent::PartHalted { part, .. } => self.halted.push(part),
                WorkerEvent::PartResumed { part } => self.halted.retain(|halted| *halted != part),
            }
        }
        for event in decode::<Lanes>(recorded) {
            self.lanes.evolve(&event);
        }
    }

    fn fold_job(&mut self, job_id: JobId, position: u64, event: &JobEvent) {
        if let JobEvent::Queued { work, .. } = event {
            let job = OpenJob {
                kind: work.kind(),
                turn: position,
                not_before: None,
                lease: None,
                stop: false,
                paused: false,
                lanes: Lane::of_work(work),
            };
            self.jobs.insert(job_id, job);
            return;
        }
        let Some(job) = self.jobs.get_mut(&job_id) else { return };
        match event {
            JobEvent::Queued { .. } => {}
            JobEvent::Leased { attempt_id, worker_id, until, .. } => {
                let (attempt_id, worker_id) = (*attempt_id, *worker_id);
                job.lease = Some(Lease { attempt_id, worker_id, until: Some(*until) });
                (job.stop, job.not_before) = (false, None);
            }
            JobEvent::Started { .. } => {
                if let Some(lease) = &mut job.lease {
                    lease.until = None;
                }
            }
            JobEvent::AttemptFailed { retry_at, .. } => {
                (job.lease, job.not_before) = (None, Some(*retry_at));
            }
            JobEvent::AttemptLost { retry_at, .. } => (job.lease, job.not_before) = (None, *retry_at),
            JobEvent::LeaseReturned { .. } | JobEvent::AttemptStopped { .. } => job.lease = None,
            JobEvent::Parked { .. } | JobEvent::Paused { .. } => (job.lease, job.paused) = (None, true),
            JobEvent::CancelRequested { .. } | JobEvent::PauseRequested { .. } => job.stop = true,
            JobEvent::Resumed {} => (job.paused, job.not_before) = (false, None),
            JobEvent::Succeeded { .. } | JobEvent::Failed { .. } | JobEvent::Cancelled { .. } => {
                self.jobs.remove(&job_id);
            }
        }
    }

    /// Attempts of this worker that have a job of this kind.
    pub fn attempts(&self, kind: WorkKind, worker_id: WorkerId) -> impl Iterator<Item = (JobId, AttemptId)> {
        self.jobs
            .iter()
            .filter(move |(_, job)| job.kind == kind)
            .filter_map(|(job_id, job)| job.lease.map(|lease| (*job_id, lease)))
            .filter(move |(_, lease)| lease.worker_id == worker_id)
            .map(|(job_id, lease)| (job_id, lease.attempt_id))
    }

    /// Leases that nobody took up in time; and when the next one ends that nobody has taken up yet.
    pub(super) fn expired(&self, now: Timestamp) -> (Vec<(JobId, AttemptId)>, Option<Timestamp>) {
        let (mut expired, mut next) = (Vec::new(), None::<Timestamp>);
        for (job_id, job) in &self.jobs {
            let Some(Lease { attempt_id, until: Some(until), .. }) = job.lease else { continue };
            if until <= now {
                expired.push((*job_id, attempt_id));
            } else {
                next = Some(next.map_or(until, |earlier| earlier.min(until)));
            }
        }
        (expired, next)
    }

    /// When a hold ends, as far as the board knows.
    pub(super) fn end_of(&self, hold: &Hold, now: Timestamp) -> Ends {
        match (hold.reason, hold.until) {
            (_, Some(until)) if until > now => Ends::At(until),
            (Reason::NoRoom { .. } | Reason::LibraryAway, None) if !self.jobs.contains_key(&hold.job_id) => {
                Ends::Now
            }
            (Reason::NoRoom { bytes }, None) => Ends::WithRoom(bytes),
            (Reason::LibraryAway, None) => Ends::WithLibrary,
            (_, Some(_)) | (Reason::RateLimit | Reason::BotCheck, None) => Ends::Now,
        }
    }

    /// The jobs that may be leased now, in their turn, within the limits; and when to look again if
    /// one waits for its time.
    pub fn ready(&self, offered: &[WorkKind], now: Timestamp) -> (Vec<JobId>, Option<Timestamp>) {
        let mut used: BTreeMap<WorkKind, u32> = BTreeMap::new();
        for job in self.jobs.values().filter(|job| job.lease.is_some()) {
            *used.entry(job.kind).or_insert(0) += 1;
        }
        let mut total: u32 = used.values().sum();
        let mut waiting: Vec<(&JobId, &OpenJob)> = self
            .jobs
            .iter()
            .filter(|(_, job)| job.lease.is_none() && !job.paused && offered.contains(&job.kind))
            .filter(|(_, job)| !self.halted.iter().any(|halted| halted == job.kind.name()))
            .filter(|(_, job)| !job.lanes.iter().any(|lane| self.lanes.of(lane).is_some()))
            .collect();
        waiting.sort_by_key(|(_, job)| job.turn);
        let (mut ready, mut look_again) = (Vec::new(), None::<Timestamp>);
        for (job_id, job) in waiting {
            if let Some(moment) = job.not_before.filter(|moment| *moment > now) {
                look_again = Some(look_again.map_or(moment, |earlier| earlier.min(moment)));
                continue;
            }
            let of_kind = used.entry(job.kind).or_insert(0);
            if *of_kind < self.limits.of(job.kind) && total < self.limits.total {
                *of_kind += 1;
                total += 1;
                ready.push(*job_id);
            }
        }
        (ready, look_again)
    }
}

/// What the end of a hold depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// It is over: its time has come, or nobody waits for it any more.
    Now,
    /// At this moment.
    At(Timestamp),
    /// When so many bytes are free.
    WithRoom(u64),
    /// When the library is there.
    WithLibrary,
}

/// The events, if they are of this concern and can be read; views and gate say what can't.
fn decode<C: Concern>(recorded: &Recorded) -> Vec<C::Event> {
    codec::events_of::<C>(recorded).unwrap_or_default()
}

/// What a stop that was recorded means to a running attempt.
pub(super) const fn stop_of(event: &JobEvent) -> Option<(AttemptId, Stop)> {
    match event {
        JobEvent::CancelRequested { attempt_id } => Some((*attempt_id, Stop::Cancel)),
        JobEvent::PauseRequested { attempt_id } => Some((*attempt_id, Stop::Pause)),
        JobEvent::Queued { .. }
        | JobEvent::Leased { .. }
        | JobEvent::Started { .. }
        | JobEvent::AttemptFailed { .. }
        | JobEvent::AttemptLost { .. }
        | JobEvent::LeaseReturned { .. }
        | JobEvent::AttemptStopped { .. }
        | JobEvent::Parked { .. }
        | JobEvent::Paused { .. }
        | JobEvent::Resumed {}
        | JobEvent::Succeeded { .. }
        | JobEvent::Failed { .. }
        | JobEvent::Cancelled { .. } => None,
    }
}
