//! What views are told: a list that is followed and looked at, and how far they have come.

use std::time::Duration;

use mediary_events::{
    job::{self, Job},
    playlist::{self, Playlist},
    testing::samples::{self, WORKER_LIFE},
};
use mediary_log::gate::{Refusal, Transaction as Story};
use mediary_schema::{
    AttemptId, JobId, PlaylistId, ProjectId, Timestamp,
    item::IdScope,
    job::RetryPolicy,
    playlist::{Availability, LiveStatus, ObservedEntry, ObservedPlaylist, PlaylistKind, RefreshMode},
    scope::Scope,
};
use uuid::Uuid;

use super::support::{USED, source};
use crate::{
    handle::{Fault, ViewHandle},
    playlist::playlist as playlist_row,
};

const URL: &str = "http://example.org/list";

pub(super) fn list() -> PlaylistId {
    samples::identities().playlist(ProjectId::HOME, &URL.parse().unwrap())
}

pub(super) fn follow(story: &mut Story<'_>) -> Result<(), Refusal> {
    story.execute::<Playlist>(list().uuid(), playlist::Command::Follow { url: URL.to_owned() })
}

/// A refresh that sees so many entries from a number on, from its wish to its end.
pub(super) fn look(
    number: u128,
    entries: std::ops::Range<u32>,
) -> impl Fn(&mut Story<'_>) -> Result<(), Refusal> + Send + 'static {
    move |story| {
        let (job_id, attempt_id) = (JobId::from_uuid(id(number)), AttemptId::from_uuid(id(number + 100)));
        let mode = Some(RefreshMode::Full);
        mediary_log::work::playlist::request(story, list(), job_id, mode, RetryPolicy::default())?;
        let lease = job::Command::Lease { attempt_id, worker: WORKER_LIFE, until: Timestamp::from_micros(0) };
        story.execute::<Job>(job_id.uuid(), lease)?;
        let observed: Vec<_> = entries.clone().map(|entry| seen(&entry.to_string())).collect();
        let state = story.state::<Playlist>(list().uuid())?;
        let found = samples::diff(list(), state, observed, RefreshMode::Full);
        let completed = mediary_log::work::playlist::Completed {
            kind: PlaylistKind::List,
            playlist: ObservedPlaylist { title: Some("Letters".to_owned()), ..ObservedPlaylist::default() },
            mode: RefreshMode::Full,
            observed: entries.len() as u32,
            unreadable: 0,
            unreadable_rows: vec![],
            newest_first: found.newest_first,
            changes: found.changes,
        };
        mediary_log::work::playlist::finish(story, list(), job_id, attempt_id, USED, completed)
    }
}

fn seen(name: &str) -> ObservedEntry {
    ObservedEntry {
        index: 1,
        source: source(name),
        id_scope: IdScope::Source,
        title: Some(format!("About {name}")),
        duration_ms: Some(61_000),
        availability: Availability::Available,
        live_status: LiveStatus::NotLive,
    }
}

pub(super) const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Lets a view come to a position; a slow machine may take longer than a query waits.
pub(super) async fn reach(view: &ViewHandle, position: u64) {
    let mut status = view.watch();
    let reached = status.wait_for(|status| status.position >= position);
    tokio::time::timeout(Duration::from_mins(1), reached).await.unwrap().unwrap();
}

/// Lets a view come to an event that halts it.
pub(super) async fn halted(view: &ViewHandle) -> Fault {
    let mut status = view.watch();
    let halted = status.wait_for(|status| status.fault.is_some());
    let status = tokio::time::timeout(Duration::from_mins(1), halted).await.unwrap().unwrap().clone();
    status.fault.unwrap()
}

/// How many entries the view shows.
pub(super) async fn entry_count(view: &ViewHandle) -> Option<u64> {
    view.read(Scope::of_test(), |rows| Ok(playlist_row(rows, list())?.map(|row| row.entry_count)))
        .await
        .unwrap()
}
