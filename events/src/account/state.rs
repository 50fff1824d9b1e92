use std::collections::BTreeMap;

use mediary_schema::{PrincipalId, Timestamp, TokenId, account::Role};

use super::Event;

/// A credential that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What people call it.
    pub name: String,
    /// BLAKE3 of the token, 64 hex digits.
    pub digest: String,
    /// What it may do.
    pub role: Role,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// What a NATS server knows its password by, if it may send commands over NATS.
    pub nats: Option<String>,
}

impl Token {
    /// As whom the holder of a token speaks over NATS: every credential is a principal of its own there.
    pub const fn nats_principal(token_id: TokenId) -> PrincipalId {
        PrincipalId::from_uuid(token_id.uuid())
    }
}

/// The credentials of one principal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Those that are accepted.
    pub tokens: BTreeMap<TokenId, Token>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::TokenIssued { token_id, name, digest, role, expires_at } => {
                let token = Token {
                    name: name.clone(),
                    digest: digest.clone(),
                    role: *role,
                    expires_at: *expires_at,
                    nats: None,
                };
                self.tokens.insert(*token_id, token);
            }
            Event::NatsGranted { token_id, password_hash } => {
                if let Some(token) = self.tokens.get_mut(token_id) {
                    token.nats = Some(password_hash.clone());
                }
            }
            Event::TokenRevoked { token_id } => {
                self.tokens.remove(token_id);
            }
        }
    }
}
