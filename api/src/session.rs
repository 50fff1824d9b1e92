//! Who asks: tokens, and what their holders may do.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{Context, Error};
use mediary_events::{
    Concern as _,
    account::{Account, Event},
    codec,
};
use mediary_log::{Direction, Filter, Log, Origin, OriginKind, Read, ReadError, gate::Caller};
use mediary_schema::{
    Clock, CommandId, IdSource, PrincipalId, Timestamp, TokenId,
    account::{Permission, Role},
};

use crate::error::fault;

/// What a token begins with, so that people and scanners know one when they see it.
pub const TOKEN_PREFIX: &str = "mdy_";

/// Whoever showed a token that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub principal: PrincipalId,
    /// By which token.
    pub token_id: TokenId,
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
        Caller::person(self.principal, self.role, origin, command_id, ids)
    }

    /// Refuses a query that the session may not ask.
    pub fn require(&self, permission: Permission) -> Result<(), Error> {
        if self.role.allows(permission) {
            Ok(())
        } else {
            Err(fault(
                &format!("the token does not allow this (it needs {permission:?})"),
                "FORBIDDEN",
                false,
            ))
        }
    }
}

/// The session of a request, if it may ask this.
pub(crate) fn session<'a>(context: &Context<'a>, permission: Permission) -> Result<&'a Session, Error> {
    let session =
        context.data_opt::<Session>().ok_or_else(|| fault("no token was shown", "UNAUTHENTICATED", false))?;
    session.require(permission)?;
    Ok(session)
}

/// The hash by which a token is known: BLAKE3 in 64 hex digits.
pub fn digest(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

/// A new token: 256 random bits.
pub fn new_token(ids: &IdSource) -> String {
    // Two version 7 ids have 148 random bits; hashing four of them keeps more than 256.
    let mut hasher = blake3::Hasher::new();
    for _ in 0..4 {
        hasher.update(ids.next().as_bytes());
    }
    format!("{TOKEN_PREFIX}{}", hasher.finalize().to_hex())
}

/// Knows every token, as a fold of the log that is kept current when it is asked.
#[derive(Clone)]
pub struct Authenticator {
    log: Log,
    clock: Clock,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    position: u64,
    by_digest: HashMap<String, Session>,
}

impl Authenticator {
    /// An authenticator that knows what the log says.
    pub fn new(log: Log, clock: Clock) -> Self {
        Self { log, clock, known: Arc::default() }
    }

    /// The session of a token; none if it is not accepted. Blocks for a moment when tokens have changed.
    pub fn authenticate(&self, token: &str, origin: OriginKind) -> Result<Option<Session>, ReadError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.catch_up(&self.log)?;
        let session = known.by_digest.get(&digest(token)).map(|session| Session { origin, ..*session });
        let now = self.clock.now();
        let accepted = session.filter(|session| session.expires_at.is_none_or(|moment| moment > now));
        let result = if accepted.is_some() { "accepted" } else { "refused" };
        metrics::counter!("mediary_auth_attempts_total", "result" => result).increment(1);
        Ok(accepted)
    }
}

impl Known {
    fn catch_up(&mut self, log: &Log) -> Result<(), ReadError> {
        let head = log.head().position;
        while self.position < head {
            let request = Read {
                from: self.position + 1,
                direction: Direction::Forward,
                limit: 1_024,
                bytes_max: 1 << 20,
                filter: Filter::categories([Account::NAME]),
            };
            let page = log.read_page(&request)?;
            for recorded in &page.events {
                self.fold(recorded);
                self.position = recorded.envelope.position;
            }
            let read_all = self.position.max(head);
            self.position = page.next_position.map_or(read_all, |next| next - 1);
        }
        Ok(())
    }

    fn fold(&mut self, recorded: &mediary_log::Recorded) {
        let principal = PrincipalId::from_uuid(recorded.envelope.stream.uuid);
        match codec::event_of::<Account>(recorded) {
            Ok(Some(Event::TokenIssued { token_id, digest, role, expires_at, .. })) => {
                let origin = OriginKind::Cli;
                self.by_digest.insert(digest, Session { principal, token_id, role, origin, expires_at });
            }
            Ok(Some(Event::TokenRevoked { token_id })) => {
                self.by_digest.retain(|_, session| session.token_id != token_id);
            }
            Ok(None) => {}
            // A token that can't be read is a token that is refused.
            Err(error) => tracing::error!(%error, "a token can't be read"),
        }
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Authenticator")
    }
}
