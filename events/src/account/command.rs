use mediary_schema::{
    ProjectId, Timestamp, TokenId,
    account::{Network, Role, TokenKind},
};

use super::UserCommand;

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
        /// Who it is for.
        kind: TokenKind,
        /// The project whose things it opens.
        project_id: ProjectId,
        /// From where it may be shown; from anywhere if there are none.
        networks: Vec<Network>,
        /// When it ends, if it does.
        expires_at: Option<Timestamp>,
        /// The time now: a name is free again once its token has ended.
        now: Timestamp,
    },
    /// Let a credential's holder send commands over NATS, too.
    GrantNats {
        /// The credential.
        token_id: TokenId,
        /// What a NATS server knows its password by: bcrypt.
        password_hash: String,
    },
    /// Note that a credential's holder asked for what its role does not allow.
    NoteRefused {
        /// The credential.
        token_id: TokenId,
        /// The stored name of the command.
        command: String,
    },
    /// Refuse a credential from now on.
    Revoke {
        /// Its id.
        token_id: TokenId,
    },
    /// What is asked of people who come in by a name and a password.
    User(UserCommand),
}

impl From<UserCommand> for Command {
    fn from(command: UserCommand) -> Self {
        Self::User(command)
    }
}
