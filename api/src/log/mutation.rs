use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::log::{Ask, ask};

use crate::{
    asking::{self, Done, Terms},
    scalar::Position,
};

#[derive(Debug, Default)]
pub(crate) struct LogMutation;

/// What to erase.
#[derive(Debug, InputObject)]
pub(crate) struct LogEraseInput {
    /// The positions of the events; at most 200.
    positions: Vec<Position>,
    /// On which ground, for whoever verifies the log later. It can't be erased itself.
    reason: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct LogErasePayload {
    /// The events that something stands in for, so that whatever is made of the log still knows of them.
    replaced: Vec<Position>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl LogMutation {
    /// Erases what events say, for ever. That they were there stays, and that they were erased is recorded.
    async fn log_erase(&self, context: &Context<'_>, input: LogEraseInput) -> Result<LogErasePayload> {
        let positions = input.positions.iter().map(|position| position.0).collect();
        let asked = Ask::Erase(ask::Erase { positions, reason: input.reason });
        let (told, done) = asking::ask(context, input.terms, asked).await?;
        let replaced = told.map(|told| told.replaced.into_iter().map(Position).collect());
        Ok(LogErasePayload { replaced: replaced.unwrap_or_default(), done })
    }
}
