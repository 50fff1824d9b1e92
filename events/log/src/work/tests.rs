//! The life of work as appends: what ends together is recorded together.

mod asking;
mod collecting;
mod ending;
mod erasing;
mod looking;
mod opening;
mod stopping;
mod waiting;
mod wishing;

use mediary_events::{
    download::{self, Download},
    job::{self, Job, Outcome},
    playlist::{self, Playlist},
    reservation::Reservation,
    testing::{NOW, samples},
};
use mediary_schema::{
    AttemptId, FailureClass, JobId, ProjectId,
    account::Role,
    job::{Failure, JobState, RetryPolicy, Work},
    playlist::{PlaylistKind, RefreshMode},
};
use uuid::Uuid;

use crate::{
    gate::{Caller, LongWork as _, Refusal, Transaction},
    testing::bench::Bench,
};

const fn job_id(number: u128) -> JobId {
    JobId::from_uuid(Uuid::from_u128(number))
}

const fn attempt_id(number: u128) -> AttemptId {
    AttemptId::from_uuid(Uuid::from_u128(0xA000 + number))
}

fn editor(command: u128) -> Caller {
    crate::testing::person(Role::Editor, command)
}

/// A log in which the list is followed.
fn followed() -> Bench {
    let bench = Bench::new();
    let follow = playlist::Command::Follow { url: samples::LIST_URL.to_owned() };
    bench.told(|story| story.execute::<Playlist>(samples::playlist_id().uuid(), follow.clone()));
    bench
}

/// Asks for a refresh of the list.
fn refresh(story: &mut Transaction<'_>, job_id: JobId) -> Result<JobId, Refusal> {
    let mode = Some(RefreshMode::Full);
    crate::work::playlist::request(story, samples::playlist_id(), job_id, mode, RetryPolicy::default())
}

/// Asks for the item.
fn keep(story: &mut Transaction<'_>, job_id: JobId, again: bool) -> Result<JobId, Refusal> {
    crate::work::download::request(story, samples::item(), job_id, again, RetryPolicy::default())
}

/// A log with a queued refresh, job 1.
fn refreshing() -> Bench {
    let bench = followed();
    bench.told(|story| refresh(story, job_id(1)));
    bench
}

/// A log with a queued download, job 1.
fn downloading() -> Bench {
    let bench = Bench::new();
    bench.told(|story| keep(story, job_id(1), false));
    bench
}

/// Lets the attempt of this number begin with job 1.
fn start(bench: &Bench, number: u128) -> AttemptId {
    let attempt_id = attempt_id(number);
    bench.told(|story| {
        let lease = job::Command::Lease { attempt_id, worker: samples::WORKER_LIFE, until: NOW };
        story.execute::<Job>(job_id(1).uuid(), lease)?;
        story.execute::<Job>(job_id(1).uuid(), job::Command::Start { attempt_id })
    });
    attempt_id
}

/// Ends a refresh that nobody wants any more.
fn cancelled_look(bench: &Bench, job_id: JobId) {
    bench.told(|story| super::cancel(story, job_id));
}

fn stop(story: &mut Transaction<'_>, attempt_id: AttemptId) -> Result<(), Refusal> {
    super::end(story, job_id(1), attempt_id, Outcome::Stopped, samples::resources())
}

fn fail(story: &mut Transaction<'_>, attempt_id: AttemptId, class: FailureClass) -> Result<(), Refusal> {
    let outcome = Outcome::Failed { failure: Failure::new(class, "no"), at: NOW, dice: 0 };
    super::end(story, job_id(1), attempt_id, outcome, samples::resources())
}

/// Ends a refresh that saw one entry.
fn finish_refresh(story: &mut Transaction<'_>, attempt_id: AttemptId) -> Result<(), Refusal> {
    let completed = crate::work::playlist::Completed {
        kind: PlaylistKind::List,
        playlist: samples::observed_playlist(),
        mode: RefreshMode::Full,
        observed: 1,
        unreadable: 0,
        unreadable_rows: vec![],
        newest_first: None,
        changes: vec![entry_added()],
    };
    let (playlist_id, used) = (samples::playlist_id(), samples::resources());
    crate::work::playlist::finish(story, playlist_id, job_id(1), attempt_id, used, completed)
}

fn finish_download(story: &mut Transaction<'_>, attempt_id: AttemptId) -> Result<(), Refusal> {
    let kept = crate::work::download::Kept {
        path: "Open movies/Big Buck Bunny.mp4".to_owned(),
        verified: samples::verified(),
        stamp: None,
        described: mediary_schema::layout::Described::default(),
        sidecars: Vec::new(),
        missing: Vec::new(),
    };
    let used = samples::resources();
    crate::work::download::finish(story, &samples::item(), job_id(1), attempt_id, used, kept).map(|_| ())
}

fn entry_added() -> playlist::Event {
    let state = playlist::State::default();
    let observed = vec![samples::observed()];
    samples::diff(samples::playlist_id(), &state, observed, RefreshMode::Full).changes.remove(0)
}

fn state_of(bench: &Bench, job_id: JobId) -> Option<JobState> {
    bench.told(|story| Ok(story.state::<Job>(job_id.uuid())?.state))
}

fn phase(bench: &Bench) -> download::Phase {
    bench.told(|story| Ok(story.state::<Download>(samples::download_id().uuid())?.phase))
}

/// Whether some job has the key of the refresh or the download.
fn is_reserved(bench: &Bench, work: &Work) -> bool {
    let name = bench.gate.identities().reservation(ProjectId::HOME, &work.key);
    bench.told(|story| Ok(story.state::<Reservation>(name.uuid())?.holder.is_some()))
}

fn look() -> Work {
    samples::refresh().work()
}

fn item() -> Work {
    samples::item().work()
}

#[track_caller]
fn assert_stale(result: Result<crate::gate::Receipt<()>, Refusal>) {
    assert_eq!(result.unwrap_err().code(), "JOB_STALE_ATTEMPT");
}
