use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::{
    Rejection as _,
    log::{Ask, ask},
};
use mediary_log::vault::OUT_OF_REACH_OF_SHREDDING;
use mediary_schema::PrincipalId;

use crate::{
    asking::{self, Done, Terms},
    error::{chain, fault, parse_id},
    scalar::Position,
    schema::platform,
    secret::OutOfReach,
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

/// Whose keys to destroy.
#[derive(Debug, InputObject)]
pub(crate) struct LogShredInput {
    /// The person, as events name their principal.
    principal_id: ID,
    /// On which ground, for whoever verifies the log later. It can't be erased itself.
    reason: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct LogShredPayload {
    /// Whether the person has no key here any more. If he still has, it is tried again until he has none.
    is_destroyed: bool,
    /// Where something may be left that no program reaches.
    out_of_reach: Vec<OutOfReach>,
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

    /// Destroys the keys by which what belongs to a person is sealed, his own lists among it: it is unreadable from then on,
    /// in the log, in views, in bundles. That it was there stays, and that it was shredded is recorded.
    async fn log_shred(&self, context: &Context<'_>, input: LogShredInput) -> Result<LogShredPayload> {
        let principal_id: PrincipalId = parse_id(&input.principal_id)?;
        let asked = Ask::Shred(ask::Shred { principal_id, reason: input.reason });
        let (_, done) = asking::ask(context, input.terms, asked).await?;
        let vault = &platform(context).vault;
        let mut is_destroyed = false;
        if let (Some(position), None) = (&done.position, &done.dry_run) {
            vault.reached(position.0).await;
            let left =
                vault.keys_of(principal_id).map_err(|error| fault(&chain(&error), error.code(), true))?;
            is_destroyed = left.is_empty();
        }
        let out_of_reach = OUT_OF_REACH_OF_SHREDDING.iter().map(OutOfReach::from).collect();
        Ok(LogShredPayload { is_destroyed, out_of_reach, done })
    }
}
