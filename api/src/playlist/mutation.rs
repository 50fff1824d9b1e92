use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::playlist::{Ask, ask};
use mediary_projections::Snapshot;

use super::Playlist;
use crate::{
    asking::{self, Done, Terms, shown},
    error::parse_id,
    job::Job,
    schema::read,
};

#[derive(Debug, Default)]
pub(crate) struct PlaylistMutation;

/// What to follow.
#[derive(Debug, InputObject)]
pub(crate) struct PlaylistFollowInput {
    /// The address as a browser shows it; http or https.
    url: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What to refresh.
#[derive(Debug, InputObject)]
pub(crate) struct PlaylistRefreshInput {
    /// The playlist.
    id: ID,
    /// To the end, even if the list is known to be newest-first.
    full: Option<bool>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What to follow no longer.
#[derive(Debug, InputObject)]
pub(crate) struct PlaylistUnfollowInput {
    /// The playlist.
    id: ID,
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
        let PlaylistFollowInput { url, terms } = input;
        payload(context, terms, Ask::Follow(ask::Follow { url })).await
    }

    /// Refreshes a playlist, or joins the refresh under way.
    async fn playlist_refresh(
        &self,
        context: &Context<'_>,
        input: PlaylistRefreshInput,
    ) -> Result<PlaylistPayload> {
        let asked = ask::Refresh { playlist_id: parse_id(&input.id)?, full: input.full.unwrap_or(false) };
        payload(context, input.terms, Ask::Refresh(asked)).await
    }

    /// Follows a playlist no longer. Its history and everything that was kept stay.
    async fn playlist_unfollow(
        &self,
        context: &Context<'_>,
        input: PlaylistUnfollowInput,
    ) -> Result<PlaylistPayload> {
        let asked = ask::Unfollow { playlist_id: parse_id(&input.id)? };
        payload(context, input.terms, Ask::Unfollow(asked)).await
    }
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<PlaylistPayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let Some(told) = told else { return Ok(PlaylistPayload { playlist: None, job: None, done }) };
    let id = told.playlist_id;
    let query = move |rows: &Snapshot<'_>| mediary_projections::playlist::playlist(rows, id);
    let found = read(context, |views| &views.playlist, done.position, query).await;
    let job = match told.job_id {
        Some(job_id) => shown(Job::find(context, job_id, done.position).await),
        None => None,
    };
    Ok(PlaylistPayload { playlist: shown(found).map(Playlist::from), job, done })
}
