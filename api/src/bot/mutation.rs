use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::bot::{
    Ask,
    ask::{Remove, Set},
};

use super::object::Bot;
use crate::{
    asking::{self, Done, Terms},
    scalar::Long,
};

#[derive(Debug, Default)]
pub(crate) struct BotMutation;

/// A bot of Telegram, in place of the one that was set before.
#[derive(Debug, InputObject)]
pub(crate) struct BotSetInput {
    /// The name of the secret that is its token.
    secret: String,
    /// Who may ask, by the numbers that Telegram gives people; 1 to 100.
    allow: Vec<Long>,
    /// How much each of them may ask in a minute; 20 if left out.
    per_minute: Option<u32>,
    /// The server of the bot API, if it is another one than Telegram's own.
    server: Option<String>,
    #[graphql(flatten)]
    terms: Terms,
}

/// On which terms.
#[derive(Debug, InputObject)]
pub(crate) struct BotRemoveInput {
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct BotPayload {
    /// The bot as it is now; none if it was removed.
    bot: Option<Bot>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl BotMutation {
    /// Lets people ask by a bot from now on, as whoever sets it, but never more than an editor may.
    async fn bot_set(&self, context: &Context<'_>, input: BotSetInput) -> Result<BotPayload> {
        let BotSetInput { secret, allow, per_minute, server, terms } = input;
        let allow = allow.into_iter().map(|person| person.0).collect();
        payload(context, terms, Ask::Set(Set { secret, allow, per_minute, server })).await
    }

    /// Lets nobody ask by it any more. Its token stays a secret of the vault.
    async fn bot_remove(&self, context: &Context<'_>, input: BotRemoveInput) -> Result<BotPayload> {
        payload(context, input.terms, Ask::Remove(Remove {})).await
    }
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<BotPayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    Ok(BotPayload { bot: told.and_then(|told| told.bot).map(Bot::from), done })
}
