use mediary_schema::{PrincipalId, TokenId, bot::Bot};

use super::Event;

/// The bot of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// What it is; none if nobody may ask by one.
    pub standing: Option<Standing>,
}

/// A bot by which people may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Who, and how often.
    pub bot: Bot,
    /// As whom.
    pub principal: PrincipalId,
    /// By which token.
    pub token_id: TokenId,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        self.standing = match event.clone() {
            Event::Set { bot, principal, token_id } => Some(Standing { bot, principal, token_id }),
            Event::Removed {} => None,
        };
    }
}
