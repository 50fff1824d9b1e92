use mediary_schema::{PrincipalId, TokenId, bot::Bot};

/// What may be asked of the bot of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// People may ask by it from now on.
    Set {
        /// Who, and how often.
        bot: Bot,
        /// As whom.
        principal: PrincipalId,
        /// By which token.
        token_id: TokenId,
    },
    /// Nobody may any more.
    Remove,
}
