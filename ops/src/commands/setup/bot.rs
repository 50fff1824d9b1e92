//! Who may ask by a messenger.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answers::bot;

/// The bot of Telegram. It is whole: what is left out is as if nobody had said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bot {
    /// The name of the secret that is its token.
    pub(super) secret: String,
    allow: Vec<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    per_minute: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server: Option<String>,
}

/// How much each may ask in a minute, if nothing is said.
const PER_MINUTE: i64 = 20;

impl Bot {
    /// One that there is, with the names of the secrets by their ids; none if its token is gone.
    pub(super) fn of(bot: &bot::Bot, secrets: &BTreeMap<String, String>) -> Option<Self> {
        let secret = secrets.get(&bot.secret_id)?.clone();
        let (allow, server) = (bot.allow.clone(), bot.server.clone());
        Some(Self { secret, allow, per_minute: Some(bot.per_minute), server })
    }

    /// The same, with what is meant where nothing is said.
    pub(super) fn whole(mut self) -> Self {
        self.per_minute.get_or_insert(PER_MINUTE);
        self.allow.sort_unstable();
        self.allow.dedup();
        self
    }

    /// As the API takes it.
    pub(super) fn input(&self) -> Value {
        let Self { secret, allow, per_minute, server } = self;
        json!({ "secret": secret, "allow": allow, "perMinute": per_minute, "server": server })
    }
}
