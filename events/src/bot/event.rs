use mediary_schema::{PrincipalId, TokenId, bot::Bot};
use serde::{Deserialize, Serialize};

use crate::Subjects;

/// What can have happened to the bot of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// People may ask by it from now on.
    #[serde(rename = "set")]
    Set {
        /// Who, and how often.
        bot: Bot,
        /// As whom.
        principal: PrincipalId,
        /// By which token.
        token_id: TokenId,
    },
    /// Nobody may any more.
    #[serde(rename = "removed")]
    Removed {},
}

impl Event {
    pub(super) fn subjects(&self) -> Subjects {
        match self {
            Self::Set { bot, .. } => Subjects::of([Some(bot.secret_id.into())]),
            Self::Removed {} => Subjects::none(),
        }
    }

    /// The same without numbers of people.
    pub(super) fn redacted(&self) -> Self {
        match self.clone() {
            Self::Set { bot, principal, token_id } => Self::Set { bot: bot.redacted(), principal, token_id },
            Self::Removed {} => Self::Removed {},
        }
    }
}
