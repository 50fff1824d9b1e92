//! Stories of playlists: a list followed and refreshed, its pages of changes, its end.

use mediary_events::{
    Asked as _, Concern as _, Subject, codec,
    download::{Download, Phase},
    job::{Outcome, ask},
    playlist::{
        Ask, Command, Event, Playlist, Rejection,
        ask::{Follow, Refresh, Unfollow, WantedTranscode},
    },
    secret::{self, Secret},
};
use mediary_schema::{
    Address, AttemptId, JobId, PlaylistId, Several,
    account::Permission,
    cookies::{SiteCookies, UseCookies},
    download::Quality,
    job::{Failure, ResourceUse, RetryPolicy, Work, WorkKind},
    lane::Lane,
    playlist::{
        Filter, Keep, Keeping, ObservedPlaylist, PlaylistKind, RefreshMode, RefreshPlaylist, UnreadableRow,
    },
    redact,
    schedule::Rhythm,
};

use serde::Serialize;

use super::{job, profile, schedule};
use crate::gate::{Effects, Entry, Fanout, KindOfWork, LongWork, Refusal, Story, Transaction, decode};

/// Playlists, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Playlist::NAME,
    events: Playlist::EVENTS,
    retired: Playlist::RETIRED,
    redact: codec::redacted::<Playlist>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[KindOfWork::of::<RefreshPlaylist>()],
};

impl LongWork for RefreshPlaylist {
    const KIND: WorkKind = WorkKind::new("refresh");
    const ABOUT: &'static str = "A refresh of a playlist.";
    const AT_ONCE: u32 = 2;
    const TOOLS: &'static [&'static str] = &["yt-dlp"];

    fn key(&self) -> String {
        Self::key(self.playlist_id)
    }

    fn title(&self) -> String {
        redact::text(&self.url).into_owned()
    }

    fn subjects(&self) -> Vec<Subject> {
        vec![self.playlist_id.into()]
    }

    fn lanes(&self) -> Vec<Lane> {
        Lane::of_address(&self.url).into_iter().collect()
    }

    /// Looks as far as the job that ended did.
    fn retry(self, story: &mut Transaction<'_>, job_id: JobId) -> Result<JobId, Refusal> {
        let retry = story.retry_policy();
        request(story, self.playlist_id, job_id, Some(self.mode), retry)
    }

    /// One that a person ended leaves no record but the job's.
    fn given_up(
        story: &mut Transaction<'_>,
        job_id: JobId,
        work: &Work,
        failure: Option<Failure>,
    ) -> Result<(), Refusal> {
        let (Some(playlist), Some(failure)) = (work.subject(PlaylistId::KIND), failure) else {
            return Ok(());
        };
        if !story.state::<Playlist>(playlist)?.followed {
            return Ok(());
        }
        story.entail::<Playlist>(playlist, Command::FailRefresh { job_id, failure })
    }

    /// It asks its source.
    fn effects(&self, effects: &mut Effects) {
        effects.call(&self.url);
    }
}

/// What a command on a playlist answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The playlist.
    pub playlist_id: PlaylistId,
    /// The job that refreshes it, or the one under way that was joined.
    pub job_id: Option<JobId>,
    /// Jobs that go on although it is followed no longer: its downloads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ongoing_job_ids: Vec<JobId>,
    /// Jobs that were ended, or asked to end, since that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cancelled_job_ids: Vec<JobId>,
}

impl Told {
    const fn of(playlist_id: PlaylistId, job_id: Option<JobId>) -> Self {
        Self { playlist_id, job_id, ongoing_job_ids: Vec::new(), cancelled_job_ids: Vec::new() }
    }
}

/// Downloads that one command ends: each is three events, and all of them are one append. Asked again, it goes on.
const CANCELLED_MAX: usize = <Several<JobId>>::MAX;

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        match self {
            Self::Follow(asked) => follow(story, asked),
            Self::Refresh(asked) => refresh(story, asked),
            Self::Unfollow(Unfollow { playlist_id, cancel_downloads }) => {
                unfollow_with_downloads(story, *playlist_id, *cancel_downloads)
            }
        }
    }
}

fn follow(story: &mut Transaction<'_>, asked: &Follow) -> Result<Told, Refusal> {
    let address: Address = asked.url.parse()?;
    job::take_ticket(story, &asked.ticket)?;
    let playlist_id = story.identities().playlist(story.caller().project, &address);
    let state = story.state::<Playlist>(playlist_id.uuid())?;
    let (known, listed) = (state.followed, state.listed);
    story.execute::<Playlist>(playlist_id.uuid(), Command::Follow { url: address.to_string() })?;
    keep(story, playlist_id, asked)?;
    if let Some(wanted) = &asked.cookies {
        use_cookies(story, playlist_id, wanted)?;
    }
    if let Some(wanted) = &asked.layout {
        let layout = wanted.read()?;
        story.execute::<Playlist>(playlist_id.uuid(), Command::Layout { layout })?;
    }
    if let Some(WantedTranscode { profile }) = &asked.transcode {
        if let Some(name) = profile {
            profile::find(story, name)?;
        }
        let command = Command::Transcode { profile: profile.clone() };
        story.execute::<Playlist>(playlist_id.uuid(), command)?;
    }
    if let Some(timing) = &asked.refresh_timing {
        let rhythm = Rhythm { timing: timing.clone(), jitter_seconds: 0 };
        schedule::refresh_again(story, playlist_id, rhythm, schedule::ticket_of_each(&asked.ticket))?;
    }
    // What is followed and was refreshed is not refreshed again by following it twice.
    let job_id = if known && listed { None } else { Some(requested(story, playlist_id, None)?) };
    Ok(Told::of(playlist_id, job_id))
}

/// Says what of it is kept without being asked for.
fn keep(story: &mut Transaction<'_>, playlist_id: PlaylistId, asked: &Follow) -> Result<(), Refusal> {
    let entries = asked.keep.and_then(Keep::entries);
    if entries.is_none() && asked.quality.is_some() {
        return Err(Rejection::QualityOfNothing.into());
    }
    if entries.is_none() && asked.filter.is_some() {
        return Err(Rejection::FilterOfNothing.into());
    }
    if asked.keep.is_none() {
        return Ok(());
    }
    let before = story.state::<Playlist>(playlist_id.uuid())?.keeping.clone();
    let in_force = || before.as_ref().map_or_else(Quality::best, |keeping| keeping.quality.clone());
    let quality: Quality = asked.quality.as_deref().map_or_else(|| Ok(in_force()), str::parse)?;
    // What comes of it later waits for nothing that this command waits for.
    let (later, at_once) = match &before {
        Some(before) if asked.ticket == ask::Ticket::default() => {
            (before.ticket.clone(), before.ticket.clone())
        }
        Some(_) | None => (story.ticket().again(), story.ticket().clone()),
    };
    let filter = match &asked.filter {
        Some(rules) => Filter::new(rules)?,
        None => before.map(|keeping| keeping.filter).unwrap_or_default(),
    };
    let keeping = entries.map(|entries| Keeping { entries, quality, filter, ticket: later });
    story.execute::<Playlist>(playlist_id.uuid(), Command::Keep { keeping, ticket: at_once })?;
    Ok(())
}

/// Says with which cookies it is asked for. Whoever says so may use the secret: what a site shows by it, all who read the
/// list read.
fn use_cookies(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    wanted: &UseCookies,
) -> Result<(), Refusal> {
    let before = story.state::<Playlist>(playlist_id.uuid())?.cookies;
    let cookies = cookies(story, wanted, before)?;
    story.execute::<Playlist>(playlist_id.uuid(), Command::UseCookies { cookies })
}

/// The cookies that are wanted, of somebody who may use the secret.
pub(super) fn cookies(
    story: &mut Transaction<'_>,
    wanted: &UseCookies,
    before: Option<SiteCookies>,
) -> Result<Option<SiteCookies>, Refusal> {
    story.require(Permission::SECRET)?;
    let Some(always) = wanted.mode.always() else { return Ok(None) };
    let known = wanted.secret_id.or_else(|| before.map(|cookies| cookies.secret_id));
    let secret_id = known.ok_or(Rejection::NoCookies)?;
    if story.state::<Secret>(secret_id.uuid())?.kept.is_none() {
        return Err(secret::Rejection::NotFound.into());
    }
    Ok(Some(SiteCookies { secret_id, always }))
}

fn refresh(story: &mut Transaction<'_>, asked: &Refresh) -> Result<Told, Refusal> {
    let playlist_id = asked.playlist_id;
    job::take_ticket(story, &asked.ticket)?;
    let mode = asked.full.then_some(RefreshMode::Full);
    Ok(Told::of(playlist_id, Some(requested(story, playlist_id, mode)?)))
}

/// Asks for a refresh whose job's id follows from the command.
pub(super) fn requested(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    mode: Option<RefreshMode>,
) -> Result<JobId, Refusal> {
    let job_id = story.identities().job(story.caller().command_id, "refresh");
    let retry = story.retry_policy();
    request(story, playlist_id, job_id, mode, retry)
}

/// Asks for a refresh of a followed playlist, or joins the one under way. Answers the job.
pub fn request(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    job_id: JobId,
    mode: Option<RefreshMode>,
    retry: RetryPolicy,
) -> Result<JobId, Refusal> {
    story.require(Permission::FOLLOW)?;
    let state = story.state::<Playlist>(playlist_id.uuid())?;
    let Some(url) = state.url.clone().filter(|_| state.followed) else {
        return Err(Rejection::NotFollowed.into());
    };
    let mode = mode.unwrap_or_else(|| state.next_mode());
    let refresh = RefreshPlaylist { playlist_id, url, mode, page_size: RefreshPlaylist::PAGE_SIZE };
    job::open(story, job_id, &refresh.work(), retry)
}

/// Follows a playlist no longer; a refresh under way is ended.
pub fn unfollow(story: &mut Transaction<'_>, playlist_id: PlaylistId) -> Result<(), Refusal> {
    story.execute::<Playlist>(playlist_id.uuid(), Command::Unfollow)?;
    schedule::refresh_no_more(story, playlist_id)?;
    match job::open_job(story, &RefreshPlaylist::key(playlist_id))? {
        Some(job_id) => job::cancel(story, job_id),
        None => Ok(()),
    }
}

/// Follows a playlist no longer, and ends its downloads that have not ended, if they are to end.
pub(super) fn unfollow_with_downloads(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    cancel_downloads: bool,
) -> Result<Told, Refusal> {
    unfollow(story, playlist_id)?;
    if cancel_downloads {
        // What was asked for a moment ago is a job only a moment later.
        story.execute::<Playlist>(playlist_id.uuid(), Command::WithdrawDownloads)?;
    }
    // One that is asked for while this is decided saw nothing withdrawn, and is among them when it is decided anew.
    let mut ongoing_job_ids = open_downloads(story, playlist_id)?;
    let ended = if cancel_downloads { cancelled(&ongoing_job_ids).len() } else { 0 };
    let cancelled_job_ids: Vec<JobId> = ongoing_job_ids.drain(..ended).collect();
    for job_id in &cancelled_job_ids {
        job::cancel(story, *job_id)?;
    }
    Ok(Told { ongoing_job_ids, cancelled_job_ids, ..Told::of(playlist_id, None) })
}

/// Those of the jobs that one command ends: an append has an end.
pub(super) fn cancelled(open: &[JobId]) -> &[JobId] {
    &open[..open.len().min(CANCELLED_MAX)]
}

/// The jobs of downloads that were last asked for in this list, and have not ended.
pub(super) fn open_downloads(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
) -> Result<Vec<JobId>, Refusal> {
    let mut open = Vec::new();
    for uuid in story.all_about::<Download>(&Subject::from(playlist_id))? {
        let state = story.state::<Download>(uuid)?;
        if let (Phase::Wanted { job_id }, Some(entry)) = (state.phase, state.entry)
            && entry.playlist_id == playlist_id
        {
            open.push(job_id);
        }
    }
    Ok(open)
}

/// Records one page of what a refresh changed; refused if the attempt lost the job.
pub fn record_changes(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    job_id: JobId,
    attempt_id: AttemptId,
    changes: Vec<Event>,
) -> Result<(), Refusal> {
    job::fence(story, job_id, attempt_id)?;
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
    /// How many rows could not be read.
    pub unreadable: u32,
    /// The first of these.
    pub unreadable_rows: Vec<UnreadableRow>,
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
    job::end(story, job_id, attempt_id, Outcome::Succeeded { kept_bytes: 0 }, resources)?;
    let Completed { kind, playlist, mode, observed, unreadable, unreadable_rows, newest_first, changes } =
        completed;
    let uuid = playlist_id.uuid();
    if !story.state::<Playlist>(uuid)?.followed {
        // Unfollowed meanwhile: the job is done, and nobody wants to know.
        return Ok(());
    }
    story.entail::<Playlist>(uuid, Command::Resolve { kind, observed: playlist })?;
    story.entail::<Playlist>(uuid, Command::RecordChanges { changes })?;
    let complete =
        Command::CompleteRefresh { job_id, mode, observed, unreadable, unreadable_rows, newest_first };
    story.entail::<Playlist>(uuid, complete)
}
