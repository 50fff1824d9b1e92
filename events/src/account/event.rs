use mediary_schema::{
    ProjectId, Timestamp, TokenId,
    account::{Network, Role, TokenKind},
};
use serde::{Deserialize, Serialize};

/// What can have happened to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A credential is accepted from now on.
    #[serde(rename = "token_issued")]
    TokenIssued {
        /// Its id.
        token_id: TokenId,
        /// What people call it.
        name: String,
        /// BLAKE3 of the token, 64 hex digits: a token has 256 random bits, so that a fast hash is enough.
        digest: String,
        /// What it may do.
        role: Role,
        /// Who it is for.
        kind: TokenKind,
        /// The project whose things it opens.
        project_id: ProjectId,
        /// From where it may be shown; from anywhere if there are none.
        networks: Vec<Network>,
        /// When it ends, if it does.
        expires_at: Option<Timestamp>,
    },
    /// The credential's holder may send commands over NATS, as a principal of its own.
    #[serde(rename = "nats_granted")]
    NatsGranted {
        /// The credential.
        token_id: TokenId,
        /// What a NATS server knows its password by: bcrypt. The token has 256 random bits, which nobody guesses.
        password_hash: String,
    },
    /// The credential's holder sent a command that its role does not allow. Recorded the first time, counted afterwards.
    #[serde(rename = "command_refused")]
    CommandRefused {
        /// The credential.
        token_id: TokenId,
        /// The stored name of the command.
        command: String,
    },
    /// A credential is refused from now on.
    #[serde(rename = "token_revoked")]
    TokenRevoked {
        /// Its id.
        token_id: TokenId,
    },
}
