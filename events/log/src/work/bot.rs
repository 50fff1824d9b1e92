//! Stories of bots: who may ask by a messenger, as whoever says so.

use mediary_events::{
    Asked as _, Concern as _,
    bot::{
        Ask, Bot, Command, Rejection,
        ask::{Remove, Set},
    },
    codec,
    secret::Secret,
};
use mediary_schema::{account::Permission, bot};
use serde::Serialize;

use super::account;
use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Bots, to everybody else. The numbers of people are for whoever lets them in.
pub(crate) const ENTRY: Entry = Entry {
    name: Bot::NAME,
    events: Bot::EVENTS,
    retired: Bot::RETIRED,
    redact: codec::redacted::<Bot>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::BOT,
    fanout: Fanout::EnvelopeOnly,
    work: &[],
};

/// What a command on bots answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Told {
    /// The bot as it is now; none if it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot: Option<bot::Bot>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        story.require(Permission::BOT)?;
        let project = story.caller().project;
        match self {
            Self::Set(Set { secret, allow, per_minute, server }) => {
                let secret_id = story.identities().secret(project, secret);
                if story.state::<Secret>(secret_id.uuid())?.kept.is_none() {
                    return Err(Rejection::NoToken { name: secret.clone() }.into());
                }
                let mut allow = allow.clone();
                allow.sort_unstable();
                allow.dedup();
                let per_minute = per_minute.unwrap_or(bot::Bot::PER_MINUTE);
                let bot = bot::Bot { secret_id, allow, per_minute, server: server.clone() };
                // Whoever sets it lends it what he comes in by.
                let (principal, token_id) = (story.caller().principal, account::lent(story)?);
                let command = Command::Set { bot: bot.clone(), principal, token_id };
                story.execute::<Bot>(project.uuid(), command)?;
                Ok(Told { bot: Some(bot) })
            }
            Self::Remove(Remove {}) => {
                story.execute::<Bot>(project.uuid(), Command::Remove)?;
                Ok(Told::default())
            }
        }
    }
}
