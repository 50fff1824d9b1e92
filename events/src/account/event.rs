use mediary_schema::{
    DataKeyId, PrincipalId, ProjectId, SealedId, SessionId, Timestamp, TokenId,
    account::{Network, Permissions, Role, SessionEnd, TokenKind},
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
    /// Somebody comes in by a name, once there is a password.
    #[serde(rename = "user_added")]
    UserAdded {
        /// The user, as whom his commands are recorded.
        user_id: PrincipalId,
        /// By which name.
        name: String,
        /// What he may do.
        role: Role,
        /// Beyond the role.
        permissions: Permissions,
        /// The project whose things he meets.
        project_id: ProjectId,
    },
    /// He may do something else, or is called otherwise.
    #[serde(rename = "user_set")]
    UserSet {
        /// The user.
        user_id: PrincipalId,
        /// By which name he comes in from now on.
        name: String,
        /// What he may do from now on.
        role: Role,
        /// Beyond the role.
        permissions: Permissions,
    },
    /// He comes in by no door until he is enabled again. Links by which he would set a password end with it.
    #[serde(rename = "user_disabled")]
    UserDisabled {
        /// The user.
        user_id: PrincipalId,
    },
    /// He comes in again.
    #[serde(rename = "user_enabled")]
    UserEnabled {
        /// The user.
        user_id: PrincipalId,
    },
    /// He comes in no longer.
    #[serde(rename = "user_removed")]
    UserRemoved {
        /// The user.
        user_id: PrincipalId,
        /// The key that is destroyed, by which the hash of his password was sealed.
        data_key_id: Option<DataKeyId>,
    },
    /// Another password counts from now on. Its hash lies in the vault and nowhere else.
    #[serde(rename = "password_set")]
    PasswordSet {
        /// The user.
        user_id: PrincipalId,
        /// The key that the hash is sealed by: the same until the user is removed.
        data_key_id: DataKeyId,
        /// The hash as it lies in the vault.
        sealed_id: SealedId,
    },
    /// There is a link by which a user sets his password himself, once.
    #[serde(rename = "user_invited")]
    UserInvited {
        /// The user.
        user_id: PrincipalId,
        /// BLAKE3 of what the link holds, 64 hex digits: it has 256 random bits.
        digest: String,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// The link was used: it opens nothing any more, nor does any other that the user had.
    #[serde(rename = "invitation_taken")]
    InvitationTaken {
        /// The user.
        user_id: PrincipalId,
        /// BLAKE3 of what the link holds.
        digest: String,
    },
    /// A browser is signed in.
    #[serde(rename = "session_opened")]
    SessionOpened {
        /// The session.
        session_id: SessionId,
        /// The user.
        user_id: PrincipalId,
        /// BLAKE3 of what the browser shows, 64 hex digits: it has 256 random bits.
        digest: String,
        /// When.
        opened_at: Timestamp,
        /// When it ends, unless it is renewed.
        expires_at: Timestamp,
        /// From where; nothing once it was erased.
        address: String,
        /// What the browser calls itself; nothing once it was erased.
        agent: String,
    },
    /// The session goes on for longer, since it is used.
    #[serde(rename = "session_renewed")]
    SessionRenewed {
        /// The session.
        session_id: SessionId,
        /// Until when.
        expires_at: Timestamp,
    },
    /// The browser is signed in no longer.
    #[serde(rename = "session_ended")]
    SessionEnded {
        /// The session.
        session_id: SessionId,
        /// The user.
        user_id: PrincipalId,
        /// Why.
        reason: SessionEnd,
    },
    /// Somebody was not let in. What he typed is not recorded: people type passwords in the place of names.
    #[serde(rename = "sign_in_refused")]
    SignInRefused {
        /// The user whose name was shown; none if nobody is called so.
        user_id: Option<PrincipalId>,
        /// From where; nothing once it was erased.
        address: String,
        /// How many more there were since the last that was recorded: those of a flood are counted.
        more: u64,
    },
    /// A user asked for a command that he may not give. Recorded the first time, counted afterwards.
    #[serde(rename = "user_command_refused")]
    UserCommandRefused {
        /// The user.
        user_id: PrincipalId,
        /// The session that he asked by.
        session_id: SessionId,
        /// The stored name of the command.
        command: String,
    },
}
