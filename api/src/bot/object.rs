use async_graphql::{ID, SimpleObject};
use mediary_schema::bot;

use crate::scalar::Long;

/// A bot of Telegram: who may ask by it, and how often. Its token is told to nobody.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Bot {
    /// The secret that is its token.
    secret_id: ID,
    /// Who may ask, by the numbers that Telegram gives people.
    allow: Vec<Long>,
    /// How much each of them may ask in a minute.
    per_minute: u32,
    /// The server of the bot API; none if it is Telegram's own.
    server: Option<String>,
}

impl From<bot::Bot> for Bot {
    fn from(bot: bot::Bot) -> Self {
        let bot::Bot { secret_id, allow, per_minute, server } = bot;
        let secret_id = ID(secret_id.to_string());
        Self { secret_id, allow: allow.into_iter().map(Long).collect(), per_minute, server }
    }
}
