//! Stories of playlists: a refresh asked for, its pages of changes, its end.

use mediary_events::job::Outcome;
use mediary_events::playlist::{Command, Event, Playlist, Rejection};
use mediary_schema::{
    AttemptId, JobId, PlaylistId,
    account::Permission,
    job::{Failure, ResourceUse, RetryPolicy, Work},
    playlist::{ObservedPlaylist, PlaylistKind, RefreshMode, RefreshPlaylist},
};

use crate::{
    gate::{Refusal, Transaction},
    work,
};

/// Asks for a refresh of a followed playlist, or joins the one under way. Answers the job.
pub fn request(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    job_id: JobId,
    mode: Option<RefreshMode>,
    retry: RetryPolicy,
) -> Result<JobId, Refusal> {
    story.require(Permission::Follow)?;
    let state = story.state::<Playlist>(playlist_id.uuid())?;
    let Some(url) = state.url.clone().filter(|_| state.followed) else {
        return Err(Rejection::NotFollowed.into());
    };
    let mode = mode.unwrap_or_else(|| state.next_mode());
    let refresh = RefreshPlaylist { playlist_id, url, mode, page_size: RefreshPlaylist::PAGE_SIZE };
    work::open(story, job_id, &Work::Refresh(refresh), retry)
}

/// Follows a playlist no longer; a refresh under way is ended.
pub fn unfollow(story: &mut Transaction<'_>, playlist_id: PlaylistId) -> Result<(), Refusal> {
    story.execute::<Playlist>(playlist_id.uuid(), Command::Unfollow)?;
    match work::open_job(story, &RefreshPlaylist::key(playlist_id))? {
        Some(job_id) => work::cancel(story, job_id),
        None => Ok(()),
    }
}

/// Records one page of what a refresh changed; refused if the attempt lost the job.
pub fn record_changes(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    job_id: JobId,
    attempt_id: AttemptId,
    changes: Vec<Event>,
) -> Result<(), Refusal> {
    work::fence(story, job_id, attempt_id)?;
    story.entail::<Playlist>(playlist_id.uuid(), Command::RecordChanges { changes })
}

/// What a refresh that came to its end learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Completed {
    /// A list or a single item.
    pub kind: PlaylistKind,
    /// What it learnt of the list itself.
    pub playlist: ObservedPlaylist,
    /// How far it looked.
    pub mode: RefreshMode,
    /// How many rows it saw.
    pub observed: u32,
    /// Whether what was new stood in front, where that could be seen.
    pub newest_first: Option<bool>,
    /// The last page of changes.
    pub changes: Vec<Event>,
}

/// Ends a refresh that saw what it was to see: the last page of changes, the record of the refresh and the
/// end of the job are one append.
pub fn finish(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    job_id: JobId,
    attempt_id: AttemptId,
    resources: ResourceUse,
    completed: Completed,
) -> Result<(), Refusal> {
    work::end(story, job_id, attempt_id, Outcome::Succeeded, resources)?;
    let Completed { kind, playlist, mode, observed, newest_first, changes } = completed;
    let uuid = playlist_id.uuid();
    if !story.state::<Playlist>(uuid)?.followed {
        // Unfollowed meanwhile: the job is done, and nobody wants to know.
        return Ok(());
    }
    story.entail::<Playlist>(uuid, Command::Resolve { kind, observed: playlist })?;
    story.entail::<Playlist>(uuid, Command::RecordChanges { changes })?;
    let complete = Command::CompleteRefresh { job_id, mode, observed, newest_first };
    story.entail::<Playlist>(uuid, complete)
}

/// Records that a refresh was given up. One that a person ended leaves no record but the job's.
pub(crate) fn given_up(
    story: &mut Transaction<'_>,
    job_id: JobId,
    refresh: &RefreshPlaylist,
    failure: Option<Failure>,
) -> Result<(), Refusal> {
    let uuid = refresh.playlist_id.uuid();
    let Some(failure) = failure else { return Ok(()) };
    if !story.state::<Playlist>(uuid)?.followed {
        return Ok(());
    }
    story.entail::<Playlist>(uuid, Command::FailRefresh { job_id, failure })
}
