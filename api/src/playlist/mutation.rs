use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::playlist::{self, Command, canonical_url};
use mediary_log::{
    gate::{Receipt, Refusal, Transaction},
    work,
};
use mediary_schema::{CommandId, JobId, PlaylistId, account::Permission, playlist::RefreshMode};

use super::Playlist;
use crate::{
    error::{UserError, parse_id, user_error},
    job::Job,
    scalar::Position,
    schema::{Platform, platform, read},
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct PlaylistMutation;

/// What to follow.
#[derive(Debug, InputObject)]
pub(crate) struct PlaylistFollowInput {
    /// The address as a browser shows it; http or https.
    url: String,
    /// The command as its sender names it: sent twice, it is done once.
    command_id: Option<ID>,
}

/// What to look at.
#[derive(Debug, InputObject)]
pub(crate) struct PlaylistRefreshInput {
    /// The playlist.
    id: ID,
    /// Look to the end, even if the list is known to be newest-first.
    #[graphql(default = false)]
    full: bool,
    /// The command as its sender names it: sent twice, it is done once.
    command_id: Option<ID>,
}

/// What to follow no longer.
#[derive(Debug, InputObject)]
pub(crate) struct PlaylistUnfollowInput {
    /// The playlist.
    id: ID,
    /// The command as its sender names it: sent twice, it is done once.
    command_id: Option<ID>,
}

/// What came of it.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct PlaylistPayload {
    /// The playlist.
    playlist: Option<Playlist>,
    /// The refresh that was asked for, or the one under way that was joined.
    job: Option<Job>,
    /// The position that shows it.
    position: Option<Position>,
    /// Why it was not done, if it was not.
    user_errors: Vec<UserError>,
}

impl PlaylistPayload {
    fn refused(error: UserError) -> Self {
        Self { user_errors: vec![error], ..Self::default() }
    }

    async fn of(
        platform: &Platform,
        id: PlaylistId,
        outcome: Result<Receipt<Option<JobId>>, Refusal>,
    ) -> Result<Self> {
        let receipt = match outcome {
            Ok(receipt) => receipt,
            Err(refusal) => return Ok(Self::refused(user_error(&refusal)?)),
        };
        let position = Some(Position(receipt.position));
        let rows = &platform.views.playlist;
        let playlist =
            read(rows, position, move |rows| mediary_projections::playlist::playlist(rows, id)).await?;
        let job = match receipt.value {
            Some(job_id) => Job::find(platform, job_id, position).await?,
            None => None,
        };
        Ok(Self { playlist: playlist.map(Playlist::from), job, position, user_errors: Vec::new() })
    }
}

#[Object]
impl PlaylistMutation {
    /// Follows a playlist, channel, feed or single item from now on, and looks at it. Following again changes nothing.
    async fn playlist_follow(
        &self,
        context: &Context<'_>,
        input: PlaylistFollowInput,
    ) -> Result<PlaylistPayload> {
        let session = session(context, Permission::Follow)?;
        let platform = platform(context);
        let url = match canonical_url(&input.url) {
            Ok(url) => url,
            Err(refused) => {
                let error = UserError::new("URL_REFUSED", refused.to_string(), Some(refused.advice()));
                return Ok(PlaylistPayload::refused(error));
            }
        };
        let command_id = command_id(platform, input.command_id)?;
        let caller = session.caller(command_id, platform.gate.ids());
        let id = PlaylistId::from_url(&url);
        let job_id = JobId::from_command(command_id, "refresh");
        let retry = platform.retry;
        let outcome = platform
            .gate
            .transact(caller, move |story| {
                let state = story.state::<playlist::Playlist>(id.uuid())?;
                let (known, listed) = (state.followed, state.listed);
                story.execute::<playlist::Playlist>(id.uuid(), Command::Follow { url: url.to_string() })?;
                // What is followed and was looked at is not looked at again by following it twice.
                if known && listed {
                    return Ok(None);
                }
                work::playlist::request(story, id, job_id, None, retry).map(Some)
            })
            .await;
        PlaylistPayload::of(platform, id, outcome).await
    }

    /// Refreshes a playlist, or joins the refresh under way.
    async fn playlist_refresh(
        &self,
        context: &Context<'_>,
        input: PlaylistRefreshInput,
    ) -> Result<PlaylistPayload> {
        let session = session(context, Permission::Follow)?;
        let platform = platform(context);
        let id: PlaylistId = parse_id(&input.id)?;
        let command_id = command_id(platform, input.command_id)?;
        let job_id = JobId::from_command(command_id, "refresh");
        let (mode, retry) = (input.full.then_some(RefreshMode::Full), platform.retry);
        let caller = session.caller(command_id, platform.gate.ids());
        let outcome = platform
            .gate
            .transact(caller, move |story: &mut Transaction<'_>| {
                work::playlist::request(story, id, job_id, mode, retry).map(Some)
            })
            .await;
        PlaylistPayload::of(platform, id, outcome).await
    }

    /// Follows a playlist no longer. Its history and everything that was kept stay.
    async fn playlist_unfollow(
        &self,
        context: &Context<'_>,
        input: PlaylistUnfollowInput,
    ) -> Result<PlaylistPayload> {
        let session = session(context, Permission::Follow)?;
        let platform = platform(context);
        let id: PlaylistId = parse_id(&input.id)?;
        let caller = session.caller(command_id(platform, input.command_id)?, platform.gate.ids());
        let outcome = platform
            .gate
            .transact(caller, move |story: &mut Transaction<'_>| {
                work::playlist::unfollow(story, id).map(|()| None)
            })
            .await;
        PlaylistPayload::of(platform, id, outcome).await
    }
}

/// The command's id as its sender named it, or a new one.
pub(crate) fn command_id(platform: &Platform, id: Option<ID>) -> Result<CommandId> {
    match id {
        Some(id) => parse_id(&id),
        None => Ok(CommandId::from_uuid(platform.gate.ids().next())),
    }
}
