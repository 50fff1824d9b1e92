use async_graphql::{Context, Object, Result};
use mediary_events::bot::Bot as Bots;
use mediary_schema::account::Permission;

use super::object::Bot;
use crate::{error::read_fault, schema::state, session::session};

#[derive(Debug, Default)]
pub(crate) struct BotQuery;

#[Object]
impl BotQuery {
    /// The bot by which people may ask; none if there is none.
    async fn bot(&self, context: &Context<'_>) -> Result<Option<Bot>> {
        let project = session(context, Permission::BOT)?.project;
        let state = state::<Bots>(context, project.uuid()).await.map_err(|refusal| read_fault(&refusal))?;
        Ok(state.standing.map(|standing| standing.bot.into()))
    }
}
