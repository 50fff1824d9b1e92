use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::playlist::{
    Ask,
    ask::{self, WantedTranscode},
};
use mediary_projections::{Snapshot, Views, playlist::PlaylistView};
use mediary_schema::{
    JobId, Several, cookies::UseCookies, layout::WantedLayout, playlist::Keep, schedule::Timing,
};

use super::{
    Playlist,
    object::{CookieModeName, KeepName},
};
use crate::{
    asking::{self, Done, Terms, shown},
    error::parse_id,
    job::{Job, TicketInput},
    profile,
    scalar::Long,
    schedule::ScheduleTiming,
    schema::read,
    setting::LayoutInput,
};

#[derive(Debug, Default)]
pub(crate) struct PlaylistMutation;

/// What to follow.
#[derive(Debug, InputObject)]
pub(crate) struct PlaylistFollowInput {
    /// The address as a browser shows it; http or https.
    url: String,
    /// Which entries are kept from now on without being asked for; as it was if left out, nothing at first.
    keep: Option<KeepName>,
    /// What of each is kept then: `best`, `1080p`, `720p` or `audio`; as it was if left out, `best` at first. Only with
    /// `keep`.
    quality: Option<String>,
    /// Rules of which of them: `title=WORDS`, `title!=WORDS`, `title~REGEX`, `title!~REGEX`, `duration>=90s`, `duration<=2h`,
    /// `published>=2026-01-01`, `published<=2026-12-31`, `kind=` and `kind!=` with `video`, `short` or `live`. Each entry that is
    /// kept keeps to all of them. As it was if left out, none at first. Only with `keep`.
    filter: Option<Vec<String>>,
    /// With which cookies it and its entries are asked for from now on; as it was if left out, with those of its site at first.
    cookies: Option<CookiesInput>,
    /// How files of its entries are named that are kept from now on, and what lies beside them; if it says nothing, as for the library. As it
    /// was if left out.
    layout: Option<LayoutInput>,
    /// What is made of each of its files that is kept from now on, beside it; as it was if left out, nothing at first.
    transcode: Option<PlaylistTranscodeInput>,
    /// How often it is refreshed from now on, by a schedule called `refresh PLAYLIST-ID`; as it was if left out, never at first.
    refresh_timing: Option<ScheduleTiming>,
    /// When the turn of its refresh comes, and of what is kept and refreshed later because of this, which waits for no moment or job; as that was if left out.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What is made of each file of a list.
#[derive(Debug, InputObject)]
pub(crate) struct PlaylistTranscodeInput {
    /// The name of the profile by which one is made; nothing is made if it is left out.
    profile: Option<String>,
}

impl PlaylistTranscodeInput {
    fn parse(self) -> Result<WantedTranscode> {
        let profile = self.profile.as_deref().map(profile::called).transpose()?;
        Ok(WantedTranscode { profile })
    }
}

/// With which cookies a site is asked, and when.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct CookiesInput {
    /// When they are sent along.
    mode: CookieModeName,
    /// The secret that has them: a file of cookies as browsers export it; as it was if left out.
    secret_id: Option<ID>,
}

impl CookiesInput {
    pub(crate) fn parse(self) -> Result<UseCookies> {
        let Self { mode, secret_id } = self;
        let secret_id = secret_id.map(|id| parse_id(&id)).transpose()?;
        Ok(UseCookies { mode: mode.into(), secret_id })
    }
}

/// What to refresh.
#[derive(Debug, InputObject)]
pub(crate) struct PlaylistRefreshInput {
    /// The playlist.
    id: ID,
    /// To the end, even if the list is known to be newest-first.
    full: Option<bool>,
    /// When its turn comes.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What to follow no longer.
#[derive(Debug, InputObject)]
pub(crate) struct PlaylistUnfollowInput {
    /// The playlist.
    id: ID,
    /// Whether its downloads that have not ended are ended for good; at most 500 at once.
    cancel_downloads: Option<bool>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct PlaylistPayload {
    /// The playlist; none if it can't be shown yet.
    playlist: Option<Playlist>,
    /// The refresh that was asked for, or the one under way that was joined.
    job: Option<Job>,
    /// How many jobs go on although it is followed no longer: its downloads.
    ongoing_job_count: Long,
    /// Those jobs, the first 500: `jobCancel` ends them.
    ongoing_job_ids: Vec<ID>,
    /// Jobs that were ended, or asked to end, since that was asked for.
    cancelled_job_ids: Vec<ID>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl PlaylistMutation {
    /// Follows a playlist, channel, feed or single item from now on, and refreshes it. Following again changes nothing.
    async fn playlist_follow(
        &self,
        context: &Context<'_>,
        input: PlaylistFollowInput,
    ) -> Result<PlaylistPayload> {
        let PlaylistFollowInput {
            url,
            keep,
            quality,
            filter,
            cookies,
            layout,
            transcode,
            refresh_timing,
            ticket,
            terms,
        } = input;
        let cookies = cookies.map(CookiesInput::parse).transpose()?;
        let layout = layout.map(WantedLayout::from);
        let transcode = transcode.map(PlaylistTranscodeInput::parse).transpose()?;
        let refresh_timing = refresh_timing.map(Timing::from);
        let (keep, ticket) = (keep.map(Keep::from), TicketInput::parse(ticket)?);
        let asked =
            ask::Follow { url, keep, quality, filter, cookies, layout, transcode, refresh_timing, ticket };
        payload(context, terms, Ask::Follow(Box::new(asked))).await
    }

    /// Refreshes a playlist, or joins the refresh under way.
    async fn playlist_refresh(
        &self,
        context: &Context<'_>,
        input: PlaylistRefreshInput,
    ) -> Result<PlaylistPayload> {
        let (playlist_id, full) = (parse_id(&input.id)?, input.full.unwrap_or(false));
        let asked = ask::Refresh { playlist_id, full, ticket: TicketInput::parse(input.ticket)? };
        payload(context, input.terms, Ask::Refresh(asked)).await
    }

    /// Follows a playlist no longer. Its history and everything that was kept stay; downloads that were asked for go on,
    /// unless they are to end, too.
    async fn playlist_unfollow(
        &self,
        context: &Context<'_>,
        input: PlaylistUnfollowInput,
    ) -> Result<PlaylistPayload> {
        let cancel_downloads = input.cancel_downloads.unwrap_or(false);
        let asked = ask::Unfollow { playlist_id: parse_id(&input.id)?, cancel_downloads };
        payload(context, input.terms, Ask::Unfollow(asked)).await
    }
}

/// Jobs that are named in one answer: as many as one command takes.
const JOBS_MAX: usize = <Several<JobId>>::MAX;

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<PlaylistPayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let Some(told) = told else {
        return Ok(PlaylistPayload {
            playlist: None,
            job: None,
            ongoing_job_count: Long(0),
            ongoing_job_ids: Vec::new(),
            cancelled_job_ids: Vec::new(),
            done,
        });
    };
    let id = told.playlist_id;
    let query = move |rows: &Snapshot<'_>| mediary_projections::playlist::playlist(rows, id);
    let found = read(context, Views::of::<PlaylistView>, done.position, query).await;
    let job = match told.job_id {
        Some(job_id) => shown(Job::find(context, job_id, done.position).await),
        None => None,
    };
    let ids = |ids: &[JobId]| ids.iter().take(JOBS_MAX).map(|id| ID(id.to_string())).collect();
    Ok(PlaylistPayload {
        playlist: shown(found).map(Playlist::from),
        job,
        ongoing_job_count: Long(told.ongoing_job_ids.len() as u64),
        ongoing_job_ids: ids(&told.ongoing_job_ids),
        cancelled_job_ids: ids(&told.cancelled_job_ids),
        done,
    })
}
