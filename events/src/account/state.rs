use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use mediary_schema::{
    PrincipalId, ProjectId, Timestamp, TokenId,
    account::{Network, Role, TokenKind},
};

use super::Event;

/// A credential that was not revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What people call it.
    pub name: String,
    /// BLAKE3 of the token, 64 hex digits.
    pub digest: String,
    /// What it may do.
    pub role: Role,
    /// Who it is for.
    pub kind: TokenKind,
    /// The project whose things it opens.
    pub project_id: ProjectId,
    /// From where it may be shown; from anywhere if there are none.
    pub networks: Vec<Network>,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// What a NATS server knows its password by, if it may send commands over NATS.
    pub nats: Option<String>,
    /// Commands that it asked for and may not: each is recorded once, so that nobody fills the log with them.
    pub refused: BTreeSet<String>,
}

impl Token {
    /// As whom the holder of a token speaks that may speak over NATS: it is a principal of its own, at every door.
    pub const fn nats_principal(token_id: TokenId) -> PrincipalId {
        PrincipalId::from_uuid(token_id.uuid())
    }

    /// Whether it may be shown from an address.
    pub fn is_welcome_from(&self, peer: IpAddr) -> bool {
        self.networks.is_empty() || self.networks.iter().any(|network| network.contains(peer))
    }

    /// Whether it still lets somebody in.
    pub fn is_living(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|moment| moment > now)
    }
}

/// The credentials of one principal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Those that were not revoked; some may have ended ([`Token::is_living`]).
    pub tokens: BTreeMap<TokenId, Token>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::TokenIssued { token_id, name, digest, role, kind, project_id, networks, expires_at } => {
                let token = Token {
                    name: name.clone(),
                    digest: digest.clone(),
                    role: *role,
                    kind: *kind,
                    project_id: *project_id,
                    networks: networks.clone(),
                    expires_at: *expires_at,
                    nats: None,
                    refused: BTreeSet::new(),
                };
                self.tokens.insert(*token_id, token);
            }
            Event::NatsGranted { token_id, password_hash } => {
                if let Some(token) = self.tokens.get_mut(token_id) {
                    token.nats = Some(password_hash.clone());
                }
            }
            Event::CommandRefused { token_id, command } => {
                if let Some(token) = self.tokens.get_mut(token_id) {
                    token.refused.insert(command.clone());
                }
            }
            Event::TokenRevoked { token_id } => {
                self.tokens.remove(token_id);
            }
        }
    }
}
