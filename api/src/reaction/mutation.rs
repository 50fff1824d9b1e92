use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::reaction::{Ask, ask};

use crate::{
    asking::{self, Done, Terms, several},
    error::parse_id,
};

#[derive(Debug, Default)]
pub(crate) struct ReactionMutation;

/// Which parked events to try again.
#[derive(Debug, InputObject)]
pub(crate) struct ReactionRetryInput {
    /// The stored name of the reaction that they wait for.
    reaction: String,
    /// The events, each once; at most 500.
    event_ids: Vec<ID>,
    #[graphql(flatten)]
    terms: Terms,
}

/// Which waiting event never to handle.
#[derive(Debug, InputObject)]
pub(crate) struct ReactionSkipInput {
    /// The stored name of the reaction that it waits for.
    reaction: String,
    /// The event.
    event_id: ID,
    /// Why; it is recorded.
    reason: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct ReactionPayload {
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl ReactionMutation {
    /// Tries parked events again. Each, and what waits behind it, is free once it is handled.
    async fn reaction_retry(
        &self,
        context: &Context<'_>,
        input: ReactionRetryInput,
    ) -> Result<ReactionPayload> {
        let event_ids = several(&input.event_ids)?;
        let asked = Ask::Retry(ask::Retry { reaction: input.reaction, event_ids });
        let (_, done) = asking::ask(context, input.terms, asked).await?;
        Ok(ReactionPayload { done })
    }

    /// Never handles an event that waits; what waits behind it goes on.
    async fn reaction_skip(
        &self,
        context: &Context<'_>,
        input: ReactionSkipInput,
    ) -> Result<ReactionPayload> {
        let (reaction, event_id, reason) = (input.reaction, parse_id(&input.event_id)?, input.reason);
        let asked = Ask::Skip(ask::Skip { reaction, event_id, reason });
        let (_, done) = asking::ask(context, input.terms, asked).await?;
        Ok(ReactionPayload { done })
    }
}
