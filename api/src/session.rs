//! Who asks: tokens, and what their holders may do.

use std::net::IpAddr;

use async_graphql::{Context, Error};
use mediary_log::{
    Origin, OriginKind,
    gate::Caller,
    token::{Credential, Denied, Tokens},
};
use mediary_schema::{
    CommandId, IdSource, PrincipalId, ProjectId, Timestamp, TokenId,
    account::{Permission, Role},
    scope::Scope,
};

use crate::error::fault;

/// Whoever showed a token that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub principal: PrincipalId,
    /// As whom their commands are recorded.
    pub speaks_as: PrincipalId,
    /// By which token.
    pub token_id: TokenId,
    /// The project whose things they meet.
    pub project: ProjectId,
    /// What they may do.
    pub role: Role,
    /// From where.
    pub origin: OriginKind,
    /// When the token ends, if it does.
    pub expires_at: Option<Timestamp>,
}

impl Session {
    /// The session as the caller of a command.
    pub fn caller(&self, command_id: CommandId, ids: &IdSource) -> Caller {
        let origin = Origin { kind: self.origin, id: self.token_id.uuid() };
        Caller::person(self.speaks_as, self.role, origin, command_id, ids).within(self.project)
    }

    const fn credential(&self) -> Credential {
        let Self { principal, speaks_as, token_id, project, role, expires_at, .. } = *self;
        Credential { principal, speaks_as, token_id, project, role, expires_at }
    }

    /// What the session may see: as whoever its commands are recorded as.
    pub const fn scope(&self) -> Scope {
        Scope::of_session(self.project, self.speaks_as, self.role)
    }

    /// Refuses a query that the session may not ask.
    pub fn require(&self, permission: Permission) -> Result<(), Error> {
        require(&self.scope(), permission)
    }
}

/// Refuses what a scope does not allow.
pub(crate) fn require(scope: &Scope, permission: Permission) -> Result<(), Error> {
    if scope.allows(permission) {
        Ok(())
    } else {
        Err(fault(
            &format!("the token does not allow this (it needs the permission {permission})"),
            "FORBIDDEN",
            false,
        ))
    }
}

/// The session of a request, if it may ask this.
pub(crate) fn session<'a>(context: &Context<'a>, permission: Permission) -> Result<&'a Session, Error> {
    let session =
        context.data_opt::<Session>().ok_or_else(|| fault("no token was shown", "UNAUTHENTICATED", false))?;
    session.require(permission)?;
    Ok(session)
}

/// Knows every token, and from where it is shown. Never waits: what the log says of tokens is pushed to it.
#[derive(Debug, Clone)]
pub struct Authenticator {
    tokens: Tokens,
    /// The one token that lets somebody in; each that is valid, if there is none.
    only: Option<TokenId>,
}

impl Authenticator {
    /// An authenticator that knows what the log says.
    pub const fn new(tokens: Tokens) -> Self {
        Self { tokens, only: None }
    }

    /// One that lets nobody in but with this token.
    #[must_use]
    pub fn only(self, token_id: TokenId) -> Self {
        Self { only: Some(token_id), ..self }
    }

    /// The session of a token that is shown from an address.
    pub fn authenticate(&self, token: &str, peer: IpAddr, origin: OriginKind) -> Result<Session, Denied> {
        let is_let_in = |found: &Credential| self.only.is_none_or(|only| only == found.token_id);
        let found = self
            .tokens
            .find(token, peer)
            .and_then(|found| if is_let_in(&found) { Ok(found) } else { Err(Denied::Refused) });
        let result = if found.is_ok() { "accepted" } else { "refused" };
        metrics::counter!("mediary_auth_attempts_total", "result" => result).increment(1);
        found.map(|Credential { principal, speaks_as, token_id, project, role, expires_at }| Session {
            principal,
            speaks_as,
            token_id,
            project,
            role,
            origin,
            expires_at,
        })
    }

    /// Whether a session may go on: its token is what it was.
    pub fn is_open(&self, session: &Session) -> bool {
        self.tokens.get(session.principal, session.token_id) == Ok(session.credential())
    }

    /// Waits until a session may not go on.
    pub async fn ended(&self, session: Session) {
        self.tokens.ended(session.credential()).await;
    }
}
