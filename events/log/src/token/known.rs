//! The fold of all accounts, with an index by hash.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
    sync::Arc,
};

use mediary_events::{
    Concern as _, Envelope, Recorded,
    account::{Account, Event, Session, State, Token, User},
    codec,
};
use mediary_schema::{PrincipalId, SessionId, TokenId, account::Rights};

use super::{Credential, Denied};
use crate::log::{Direction, Log, ReadError};

/// Events of a stream that are read at once.
const PAGE: usize = 1_024;

/// Every account, and who is behind a hash.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    accounts: BTreeMap<PrincipalId, State>,
    by_digest: HashMap<String, (PrincipalId, TokenId)>,
    /// Sessions of browsers, which are all in the owner's account.
    sessions: HashMap<String, SessionId>,
    /// Who made each token: by the event's envelope, since a token says it nowhere else. Of one that was made with another
    /// token, whoever made that: he would come in by it all the same.
    makers: BTreeMap<TokenId, PrincipalId>,
    /// Accounts of which something can't be understood.
    unreadable: BTreeSet<PrincipalId>,
    /// Whether nothing can be read at all.
    is_closed: bool,
}

impl Known {
    /// Reads the owner's account by its stream, and answers up to which position that is all.
    pub(super) fn read(log: &Log) -> Result<(Self, u64), ReadError> {
        let position = log.head().position;
        let mut known = Arc::new(Self::default());
        let stream = Account::stream(PrincipalId::OWNER.uuid());
        let mut version = 1;
        loop {
            let page = log.read_stream(&stream, version, Direction::Forward, PAGE)?;
            for recorded in &page {
                if recorded.position() > position {
                    return Ok((Arc::unwrap_or_clone(known), position));
                }
                fold(&mut known, recorded);
                version = recorded.envelope.version + 1;
            }
            if page.len() < PAGE {
                return Ok((Arc::unwrap_or_clone(known), position));
            }
        }
    }

    /// Lets nobody in.
    pub(super) fn close(&mut self) {
        self.is_closed = true;
    }

    /// Whether nobody is let in, since nothing could be read.
    pub(super) const fn is_closed(&self) -> bool {
        self.is_closed
    }

    pub(super) fn find(&self, digest: &str, peer: IpAddr) -> Result<Credential, Denied> {
        if self.is_closed {
            return Err(Denied::Unreadable);
        }
        let (principal, token_id) = *self.by_digest.get(digest).ok_or(Denied::Refused)?;
        let token = self.token(principal, token_id)?;
        if !token.is_welcome_from(peer) {
            return Err(Denied::Refused);
        }
        Ok(credential(principal, token_id, token))
    }

    /// Who made each token that was not revoked.
    pub(super) const fn makers(&self) -> &BTreeMap<TokenId, PrincipalId> {
        &self.makers
    }

    /// Whether whoever made a token is let in by no door: nor is whoever shows it.
    fn is_of_disabled(&self, token_id: TokenId) -> bool {
        let accounts = self.accounts.get(&PrincipalId::OWNER);
        let maker = self.makers.get(&token_id);
        maker.is_some_and(|maker| accounts.is_some_and(|accounts| accounts.disabled.contains(maker)))
    }

    /// The session behind a hash.
    pub(super) fn find_session(&self, digest: &str) -> Result<Credential, Denied> {
        let account = self.account(PrincipalId::OWNER)?;
        let session_id = *self.sessions.get(digest).ok_or(Denied::Refused)?;
        account
            .sessions
            .get(&session_id)
            .and_then(|session| of_session(account, session_id, session))
            .ok_or(Denied::Refused)
    }

    /// What lets in under an id: a token, a session, or a user for as long as he is one, who may lend himself.
    pub(super) fn get(&self, principal: PrincipalId, id: TokenId) -> Result<Credential, Denied> {
        let account = self.account(principal)?;
        let session_id = SessionId::from_uuid(id.uuid());
        let of_token = || self.token(principal, id).ok().map(|token| credential(principal, id, token));
        let of_session = || of_session(account, session_id, account.sessions.get(&session_id)?);
        let user_id = PrincipalId::from_uuid(id.uuid());
        let of_user = || account.users.get(&user_id).and_then(|user| of_user(user_id, user));
        of_token().or_else(of_session).or_else(of_user).ok_or(Denied::Refused)
    }

    fn account(&self, principal: PrincipalId) -> Result<&State, Denied> {
        if self.is_closed || self.unreadable.contains(&principal) {
            return Err(Denied::Unreadable);
        }
        self.accounts.get(&principal).ok_or(Denied::Refused)
    }

    fn token(&self, principal: PrincipalId, token_id: TokenId) -> Result<&Token, Denied> {
        let token = self.account(principal)?.tokens.get(&token_id);
        token.filter(|_| !self.is_of_disabled(token_id)).ok_or(Denied::Refused)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Credential> {
        let readable =
            self.accounts.iter().filter(|(who, _)| !self.is_closed && !self.unreadable.contains(who));
        let tokens =
            readable.flat_map(|(who, account)| account.tokens.iter().map(|(id, token)| (*who, *id, token)));
        tokens
            .filter(|(_, id, _)| !self.is_of_disabled(*id))
            .map(|(who, id, token)| credential(who, id, token))
    }

    /// Takes in what happened to an account, by whomever.
    fn apply(&mut self, principal: PrincipalId, envelope: &Envelope, event: &Event) {
        let account = self.accounts.entry(principal).or_default();
        match event {
            Event::TokenIssued { token_id, digest, .. } => {
                self.by_digest.insert(digest.clone(), (principal, *token_id));
                let with = TokenId::from_uuid(envelope.origin.id);
                let maker = self.makers.get(&with).copied().unwrap_or(envelope.principal);
                self.makers.insert(*token_id, maker);
            }
            Event::TokenRevoked { token_id } => {
                self.by_digest.retain(|_, (_, known)| known != token_id);
                self.makers.remove(token_id);
            }
            Event::SessionOpened { session_id, digest, .. } => {
                self.sessions.insert(digest.clone(), *session_id);
            }
            Event::SessionEnded { session_id, .. } => self.sessions.retain(|_, known| known != session_id),
            Event::NatsGranted { .. }
            | Event::CommandRefused { .. }
            | Event::UserAdded { .. }
            | Event::UserSet { .. }
            | Event::UserDisabled { .. }
            | Event::UserEnabled { .. }
            | Event::UserRemoved { .. }
            | Event::PasswordSet { .. }
            | Event::UserInvited { .. }
            | Event::InvitationTaken { .. }
            | Event::SessionRenewed { .. }
            | Event::SignInRefused { .. }
            | Event::UserCommandRefused { .. } => {}
        }
        Account::evolve(account, event);
    }
}

fn credential(principal: PrincipalId, token_id: TokenId, token: &Token) -> Credential {
    let Token { project_id: project, role, expires_at, .. } = *token;
    let speaks_as = if token.nats.is_some() { Token::nats_principal(token_id) } else { principal };
    let rights = Rights::from(role);
    Credential { principal, speaks_as, token_id, session_id: None, project, rights, expires_at }
}

/// A browser speaks as the user that it is signed in by.
fn of_session(account: &State, session_id: SessionId, session: &Session) -> Option<Credential> {
    let user = account.users.get(&session.user_id)?;
    Some(Credential {
        token_id: TokenId::from_uuid(session_id.uuid()),
        session_id: Some(session_id),
        expires_at: Some(session.expires_at),
        ..of_user(session.user_id, user)?
    })
}

/// Somebody who is disabled is let in by no door.
fn of_user(user_id: PrincipalId, user: &User) -> Option<Credential> {
    (!user.is_disabled).then(|| Credential {
        principal: PrincipalId::OWNER,
        speaks_as: user_id,
        token_id: TokenId::from_uuid(user_id.uuid()),
        session_id: None,
        project: user.project_id,
        rights: user.rights(),
        expires_at: None,
    })
}

/// Takes an event in; answers whether it says something of an account.
pub(super) fn fold(known: &mut Arc<Known>, recorded: &Recorded) -> bool {
    let envelope = &recorded.envelope;
    if envelope.stream.category != Account::NAME {
        return false;
    }
    let known = Arc::make_mut(known);
    let principal = PrincipalId::from_uuid(envelope.stream.uuid);
    match codec::decided_on::<Account>(recorded) {
        // A field that this program doesn't know may say that a token is bound, and what is gone without anything in its
        // place is what nobody knows.
        Ok(events) if codec::says_more::<Account>(recorded) || events.is_empty() => {
            tracing::error!(%principal, name = %envelope.name, "an account says more than is understood: it opens to nobody");
            known.unreadable.insert(principal);
        }
        Ok(events) => events.iter().for_each(|event| known.apply(principal, envelope, event)),
        // An unknown event may be a revocation.
        Err(error) if error.is_newer() => {
            tracing::error!(%principal, name = %envelope.name, "an account says something unknown: it opens to nobody");
            known.unreadable.insert(principal);
        }
        Err(error) => {
            tracing::error!(%principal, %error, "an account can't be read: it opens to nobody");
            known.unreadable.insert(principal);
        }
    }
    true
}
