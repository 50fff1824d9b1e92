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
    /// Refuse a credential from now on.
    Revoke {
        /// Its id.
        token_id: TokenId,
    },
}
