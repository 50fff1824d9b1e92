//! As whom something is done again and again that a person asked for once: as himself, with what he may at that moment.

use mediary_log::token::{Credential, Denied, Tokens};
use mediary_schema::{PrincipalId, ProjectId, TokenId};

/// Who gives commands by a token that was lent for it.
pub(crate) enum Giver {
    /// Whoever has this credential.
    Holder(Credential),
    /// Nobody any more.
    Nobody,
    /// Nobody can say.
    Unknown(Denied),
}

impl Giver {
    /// Whom a token lets in now, if that is this one and of this project.
    pub(crate) fn of(tokens: &Tokens, principal: PrincipalId, token_id: TokenId, project: ProjectId) -> Self {
        match tokens.get(PrincipalId::OWNER, token_id) {
            Ok(found) if found.speaks_as == principal && found.project == project => Self::Holder(found),
            Ok(_) | Err(Denied::Refused) => Self::Nobody,
            Err(denied @ Denied::Unreadable) => Self::Unknown(denied),
        }
    }
}
