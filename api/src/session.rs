//! Who asks: tokens and signed-in browsers, and what their holders may do.

use std::{net::IpAddr, sync::Arc};

use async_graphql::{Context, Error};
use mediary_log::{
    Origin, OriginKind,
    gate::Caller,
    token::{Credential, Denied, Tokens},
};
use mediary_schema::{
    CommandId, IdSource, PrincipalId, ProjectId, SessionId, Timestamp, TokenId,
    account::{Permission, Rights},
    scope::Scope,
};

use crate::error::fault;

/// Whoever showed a token that is accepted, or is signed in by a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "one of its fields is the id of what it is kept by")]
pub struct Session {
    /// Who.
    pub principal: PrincipalId,
    /// As whom their commands are recorded.
    pub speaks_as: PrincipalId,
    /// By which token; of a browser, the UUID of its session.
    pub token_id: TokenId,
    /// By which session, if it is a browser.
    pub session_id: Option<SessionId>,
    /// The project whose things they meet.
    pub project: ProjectId,
    /// What they may do.
    pub rights: Rights,
    /// From where.
    pub origin: OriginKind,
    /// When the token ends, if it does.
    pub expires_at: Option<Timestamp>,
}

impl Session {
    /// The session as the caller of a command.
    pub fn caller(&self, command_id: CommandId, ids: &IdSource) -> Caller {
        let origin = Origin { kind: self.origin, id: self.token_id.uuid() };
        Caller::person(self.speaks_as, self.rights, origin, command_id, ids).within(self.project)
    }

    pub(crate) const fn credential(&self) -> Credential {
        let Self { principal, speaks_as, token_id, session_id, project, rights, expires_at, .. } = *self;
        Credential { principal, speaks_as, token_id, session_id, project, rights, expires_at }
    }

    const fn of(credential: Credential, origin: OriginKind) -> Self {
        let Credential { principal, speaks_as, token_id, session_id, project, rights, expires_at } =
            credential;
        Self { principal, speaks_as, token_id, session_id, project, rights, origin, expires_at }
    }

    /// What the session may see: as whoever its commands are recorded as.
    pub fn scope(&self) -> Scope {
        Scope::of_session(self.project, self.speaks_as, self.rights)
    }

    /// Whether somebody asks by a browser that he is signed in by: his sessions are his own to see and to end. A token that was
    /// lent speaks as whoever made it, and is not him.
    pub(crate) fn is_browser_of(&self, user_id: PrincipalId) -> bool {
        self.session_id.is_some() && self.speaks_as == user_id
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
            &format!("this is not allowed to you (it needs the permission {permission})"),
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

/// Who is behind something that he gave away: a token, or a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lender {
    /// In whose account that is.
    pub(crate) principal: PrincipalId,
    /// Which one; of a user, his own UUID.
    pub(crate) id: TokenId,
}

/// Which pages may use a browser's session, and how it is kept.
#[derive(Debug, Clone, Default)]
pub struct Browsers {
    /// Pages of other addresses that may, besides our own.
    pub origins: Vec<String>,
    /// Whether this server speaks TLS itself.
    pub is_tls: bool,
}

/// Knows every token and session, and from where it is shown. Never waits: what the log says of them is pushed to it.
#[derive(Debug, Clone)]
pub struct Authenticator {
    tokens: Tokens,
    browsers: Arc<Browsers>,
    /// The one token that lets somebody in; each that is valid, if there is none.
    only: Option<TokenId>,
}

impl Authenticator {
    /// An authenticator that knows what the log says.
    pub fn new(tokens: Tokens) -> Self {
        Self { tokens, browsers: Arc::default(), only: None }
    }

    /// The same, with which pages may use a browser's session.
    #[must_use]
    pub fn with_browsers(self, browsers: Browsers) -> Self {
        Self { browsers: Arc::new(browsers), ..self }
    }

    /// Which pages may use a browser's session.
    pub(crate) fn browsers(&self) -> &Browsers {
        &self.browsers
    }

    /// One that lets nobody in but with this token.
    #[must_use]
    pub fn only(self, token_id: TokenId) -> Self {
        Self { only: Some(token_id), ..self }
    }

    /// The session of a token that is shown from an address.
    pub fn authenticate(&self, token: &str, peer: IpAddr, origin: OriginKind) -> Result<Session, Denied> {
        self.let_in(self.tokens.find(token, peer), origin)
    }

    /// The session of a browser that shows this.
    pub fn authenticate_browser(&self, shown: &str) -> Result<Session, Denied> {
        self.let_in(self.tokens.find_session(shown), OriginKind::Page)
    }

    /// By what somebody lends himself for later, when he isn't there: by the token that he has, or as the user that he is signed in
    /// as, since a session ends.
    pub(crate) const fn lender(session: &Session) -> Lender {
        let id = match session.session_id {
            Some(_) => TokenId::from_uuid(session.speaks_as.uuid()),
            None => session.token_id,
        };
        Lender { principal: session.principal, id }
    }

    /// The session of whoever lent himself, with what he may do now.
    pub(crate) fn authenticate_lent(&self, lender: Lender) -> Result<Session, Denied> {
        self.let_in(self.tokens.get(lender.principal, lender.id), OriginKind::Page)
    }

    fn let_in(&self, found: Result<Credential, Denied>, origin: OriginKind) -> Result<Session, Denied> {
        let is_let_in = |found: &Credential| self.only.is_none_or(|only| only == found.token_id);
        let found = found.and_then(|found| if is_let_in(&found) { Ok(found) } else { Err(Denied::Refused) });
        let result = if found.is_ok() { "accepted" } else { "refused" };
        metrics::counter!("mediary_auth_attempts_total", "result" => result).increment(1);
        found.map(|credential| Session::of(credential, origin))
    }

    /// Waits until a command that was answered has had its effect on who may come in.
    pub(crate) async fn reached(&self, position: u64) {
        self.tokens.reached(position).await;
    }

    /// Whether a session may go on: its token is what it was.
    pub fn is_open(&self, session: &Session) -> bool {
        let now = self.tokens.get(session.principal, session.token_id);
        now.is_ok_and(|now| now.is_same(&session.credential()))
    }

    /// Waits until a session may not go on.
    pub async fn ended(&self, session: Session) {
        self.tokens.ended(session.credential()).await;
    }

    /// The same, or until a moment.
    pub(crate) async fn ended_by(&self, session: Session, moment: Timestamp) {
        self.tokens.ended_by(session.credential(), moment).await;
    }
}
