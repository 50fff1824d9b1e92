use mediary_schema::{Timestamp, TokenId, account::Role};

/// What may be asked of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Accept a new credential from now on.
    Issue {
        /// Its id.
        token_id: TokenId,
        /// What people call it.
        name: String,
        /// BLAKE3 of the token, 64 hex digits.
        digest: String,
        /// What it may do.
        role: Role,
        /// When it ends, if it does.
        expires_at: Option<Timestamp>,
    },
    /// Let a credential's holder send commands over NATS, too.
    GrantNats {
        /// The credential.
        token_id: TokenId,
        /// What a NATS server knows its password by: bcrypt.
        password_hash: String,
    },
    /// Refuse a credential from now on.
    Revoke {
        /// Its id.
        token_id: TokenId,
    },
}
