use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::lane::{Ask, ask};

use super::object::Lane;
use crate::{
    asking::{self, Done, Terms},
    schema::platform,
};

#[derive(Debug, Default)]
pub(crate) struct LaneMutation;

/// Which lane.
#[derive(Debug, InputObject)]
pub(crate) struct LaneInput {
    /// A host, `library_disk`, `file_trash`, `drive:NAME` or `encoder:NAME`.
    name: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct LanePayload {
    /// The lane as it is now; none if nothing needs it and nothing holds it.
    lane: Option<Lane>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl LaneMutation {
    /// Begins nothing that needs a lane until somebody resumes it. What runs goes on.
    async fn lane_pause(&self, context: &Context<'_>, input: LaneInput) -> Result<LanePayload> {
        payload(context, input.terms, Ask::Pause(ask::Pause { lane: input.name })).await
    }

    /// Goes on with what needs a lane, unless a condition holds it, too: that ends by itself.
    async fn lane_resume(&self, context: &Context<'_>, input: LaneInput) -> Result<LanePayload> {
        payload(context, input.terms, Ask::Resume(ask::Resume { lane: input.name })).await
    }
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<LanePayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let Some(told) = told else { return Ok(LanePayload { lane: None, done }) };
    let lanes = platform(context).queue.lanes().await;
    let lane = lanes.into_iter().find(|load| load.lane == told.lane).map(Lane::from);
    Ok(LanePayload { lane, done })
}
