use async_graphql::{Context, Object, Result};
use mediary_events::reaction::Reaction;
use mediary_schema::{ReactionId, account::Permission};

use super::object::Parked;
use crate::{
    error::read_fault,
    schema::{self, platform},
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct ReactionQuery;

#[Object]
impl ReactionQuery {
    /// Events that a reaction could not handle, and those that wait behind them.
    async fn parked(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only what waits for this reaction.")] reaction: Option<String>,
    ) -> Result<Parked> {
        session(context, Permission::OPERATE)?;
        let platform = platform(context);
        let mut parked = Parked::default();
        let wanted =
            platform.reactions.iter().filter(|name| reaction.as_deref().is_none_or(|only| only == **name));
        for name in wanted {
            let uuid = ReactionId::from_name(name).uuid();
            let state =
                schema::state::<Reaction>(context, uuid).await.map_err(|refusal| read_fault(&refusal))?;
            parked.add(name, &state);
        }
        Ok(parked)
    }
}
