use std::collections::BTreeMap;

use mediary_schema::{Timestamp, TokenId, account::Role};

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
                };
                self.tokens.insert(*token_id, token);
            }
            Event::TokenRevoked { token_id } => {
                self.tokens.remove(token_id);
            }
        }
    }
}
