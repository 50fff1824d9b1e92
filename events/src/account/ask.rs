//! What may be asked about tokens and users: a form for each command. None has a place for a password.

use mediary_schema::{
    PrincipalId, ProjectId, SessionId, TokenId,
    account::{Network, Permission, Role},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, is_default, schema_of};

/// What may be asked about tokens and users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Make a token.
    #[serde(rename = "token.create")]
    Create(Create),
    /// Refuse a token from now on.
    #[serde(rename = "token.revoke")]
    Revoke(Revoke),
    /// Let somebody in by a name.
    #[serde(rename = "user.add")]
    UserAdd(UserAdd),
    /// Let him do something else.
    #[serde(rename = "user.set")]
    UserSet(UserSet),
    /// Let him in by no door, for now.
    #[serde(rename = "user.disable")]
    UserDisable(UserDisable),
    /// Let him in again.
    #[serde(rename = "user.enable")]
    UserEnable(UserEnable),
    /// Let him in no longer.
    #[serde(rename = "user.remove")]
    UserRemove(UserRemove),
    /// Make a link by which he sets his password himself.
    #[serde(rename = "user.invite")]
    UserInvite(UserInvite),
    /// Let another password count.
    #[serde(rename = "user.set_password")]
    UserSetPassword(UserSetPassword),
    /// End one of his sessions.
    #[serde(rename = "session.revoke")]
    SessionRevoke(SessionRevoke),
    /// End all of them.
    #[serde(rename = "session.revoke_all")]
    SessionRevokeAll(SessionRevokeAll),
}

/// Makes a token. Its secret is answered once and stored nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// What people call it.
    pub name: String,
    /// What it may do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub role: Role,
    /// When it ends, in seconds from now; never if left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub expires_in_seconds: Option<u32>,
    /// Whether its holder may send commands over NATS, as a principal of its own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub nats: bool,
    /// The project whose things it opens; the installation's own if left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub project_id: Option<ProjectId>,
    /// From where it may be shown; from anywhere if there are none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub networks: Vec<Network>,
}

/// Refuses a token from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// The token.
    pub token_id: TokenId,
}

/// Lets somebody in by a name, once he has a password: invite him, or set one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserAdd {
    /// By which name; one of a kind, however it is spelt.
    pub name: String,
    /// What he may do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub role: Role,
    /// Words for what he may do beyond the role, such as `follow`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub permissions: Vec<String>,
    /// The project whose things he meets; the installation's own if left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub project_id: Option<ProjectId>,
}

/// Lets a user do something else, or calls him otherwise; what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserSet {
    /// The user.
    pub user_id: PrincipalId,
    /// By which name he comes in from now on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub name: Option<String>,
    /// What he may do from now on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub role: Option<Role>,
    /// All that he may do beyond the role from now on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub permissions: Option<Vec<String>>,
}

/// Lets a user in by no door until he is enabled again: his sessions end, links by which he would set a password too, and
/// tokens that he made open nothing meanwhile. His name and his password stay his.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserDisable {
    /// The user.
    pub user_id: PrincipalId,
}

/// Lets a user in again who was disabled, by the name and the password that he had; tokens that he made open again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserEnable {
    /// The user.
    pub user_id: PrincipalId,
}

/// Lets a user in no longer, ends his sessions, and destroys the hash of his password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserRemove {
    /// The user.
    pub user_id: PrincipalId,
}

/// Makes a link by which a user sets his password himself, once. What it holds is answered once and stored nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserInvite {
    /// The user; the owner if left out, also if he has no name yet.
    #[serde(default, skip_serializing_if = "is_default")]
    pub user_id: Option<PrincipalId>,
    /// When it ends, in seconds from now; in an hour if left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub expires_in_seconds: Option<u32>,
}

/// Lets another password of a user count, and ends his sessions. The password comes beside the command: over HTTP, by the
/// one mutation that takes it, and in no other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserSetPassword {
    /// The user.
    pub user_id: PrincipalId,
}

/// Ends a session: that browser is signed in no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRevoke {
    /// The session.
    pub session_id: SessionId,
}

/// Ends every session of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRevokeAll {
    /// The user.
    pub user_id: PrincipalId,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("token.create", Permission::ADMINISTER, schema_of::<Create>).not_over_nats(),
        CommandKind::new("token.revoke", Permission::ADMINISTER, schema_of::<Revoke>),
        CommandKind::new("user.add", Permission::ADMINISTER, schema_of::<UserAdd>),
        CommandKind::new("user.set", Permission::ADMINISTER, schema_of::<UserSet>),
        CommandKind::new("user.disable", Permission::ADMINISTER, schema_of::<UserDisable>),
        CommandKind::new("user.enable", Permission::ADMINISTER, schema_of::<UserEnable>),
        CommandKind::new("user.remove", Permission::ADMINISTER, schema_of::<UserRemove>),
        CommandKind::new("user.invite", Permission::ADMINISTER, schema_of::<UserInvite>).not_over_nats(),
        CommandKind::new("user.set_password", Permission::ADMINISTER, schema_of::<UserSetPassword>)
            .not_over_nats(),
        CommandKind::new("session.revoke", Permission::ADMINISTER, schema_of::<SessionRevoke>),
        CommandKind::new("session.revoke_all", Permission::ADMINISTER, schema_of::<SessionRevokeAll>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "token.create",
            Self::Revoke(_) => "token.revoke",
            Self::UserAdd(_) => "user.add",
            Self::UserSet(_) => "user.set",
            Self::UserDisable(_) => "user.disable",
            Self::UserEnable(_) => "user.enable",
            Self::UserRemove(_) => "user.remove",
            Self::UserInvite(_) => "user.invite",
            Self::UserSetPassword(_) => "user.set_password",
            Self::SessionRevoke(_) => "session.revoke",
            Self::SessionRevokeAll(_) => "session.revoke_all",
        }
    }
}
