//! What may be asked about bots: a form for each command.

use mediary_schema::account::Permission;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, schema_of};

/// What may be asked about bots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// People may ask by it from now on.
    #[serde(rename = "bot.set")]
    Set(Set),
    /// Nobody may any more.
    #[serde(rename = "bot.remove")]
    Remove(Remove),
}

/// Lets people ask by a bot of Telegram from now on, as whoever sets it, but never more than an editor may; in place of what was
/// set before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// The name of the secret that is its token.
    pub secret: String,
    /// Who may ask, by the numbers that Telegram gives people.
    #[schemars(length(min = 1, max = 100))]
    pub allow: Vec<u64>,
    /// How much each of them may ask in a minute; 20 if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 60))]
    pub per_minute: Option<u32>,
    /// The server of the bot API, if it is another one than Telegram's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

/// Lets nobody ask by it any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remove {}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("bot.set", Permission::BOT, schema_of::<Set>),
        CommandKind::new("bot.remove", Permission::BOT, schema_of::<Remove>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Set(_) => "bot.set",
            Self::Remove(_) => "bot.remove",
        }
    }
}
