//! What views are told: a list that is followed and looked at, and how far they have come.

use std::time::Duration;

use mediary_events::{
    job::{self, Job},
    playlist::{self, Playlist},
    testing::samples::{self, WORKER_LIFE},
};
use mediary_log::{
    gate::{Refusal, Transaction as Story},
    work,
};
use mediary_schema::{
    AttemptId, JobId, PlaylistId, ProjectId, Timestamp,
    download::{DownloadItem, Quality},
    item::IdScope,
    job::RetryPolicy,
    layout::Described,
    playlist::{Availability, LiveStatus, ObservedEntry, ObservedPlaylist, PlaylistKind, RefreshMode},
    scope::Scope,
};
use uuid::Uuid;

use super::support::{USED, item_id, source, verified};
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
        work::playlist::request(story, list(), job_id, mode, RetryPolicy::default())?;
        let lease = job::Command::Lease { attempt_id, worker: WORKER_LIFE, until: Timestamp::from_micros(0) };
        story.execute::<Job>(job_id.uuid(), lease)?;
        let observed: Vec<_> = entries.clone().map(|entry| seen(&entry.to_string())).collect();
        let state = story.state::<Playlist>(list().uuid())?;
        let found = samples::diff(list(), state, observed, RefreshMode::Full);
        let completed = work::playlist::Completed {
            kind: PlaylistKind::List,
            playlist: ObservedPlaylist { title: Some("Letters".to_owned()), ..ObservedPlaylist::default() },
            mode: RefreshMode::Full,
            observed: entries.len() as u32,
            unreadable: 0,
            unreadable_rows: vec![],
            newest_first: found.newest_first,
            changes: found.changes,
        };
        work::playlist::finish(story, list(), job_id, attempt_id, USED, completed)
    }
}

/// The keeping of an item, from its wish to its file; every second one comes to nothing.
pub(super) fn keep(number: u128) -> impl Fn(&mut Story<'_>) -> Result<(), Refusal> + Send + 'static {
    move |story| {
        let (job_id, attempt_id) =
            (JobId::from_uuid(id(number + 1_000)), AttemptId::from_uuid(id(number + 2_000)));
        let (item_id, quality) = (item_id(&number.to_string()), Quality::best());
        let item = DownloadItem {
            download_id: samples::identities().download(item_id, quality.wish()),
            item_id,
            source: source(&number.to_string()),
            quality,
            title: None,
            duration_ms: None,
            folder: None,
            entry: None,
        };
        work::download::request(story, item.clone(), job_id, false, RetryPolicy::default())?;
        if number.is_multiple_of(2) {
            return work::cancel(story, job_id);
        }
        let lease = job::Command::Lease { attempt_id, worker: WORKER_LIFE, until: Timestamp::from_micros(0) };
        story.execute::<Job>(job_id.uuid(), lease)?;
        let path = format!("{number}.mp4");
        let kept = work::download::Kept {
            path,
            verified: verified(number as u64),
            stamp: None,
            described: Described::default(),
            sidecars: Vec::new(),
            missing: Vec::new(),
        };
        work::download::finish(story, &item, job_id, attempt_id, USED, kept).map(|_| ())
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
        published_at: None,
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
