//! What may be asked about tokens: a form for each command.

use mediary_schema::{
    ProjectId, TokenId,
    account::{Network, Permission, Role},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, is_default, schema_of};

/// What may be asked about tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Make a token.
    #[serde(rename = "token.create")]
    Create(Create),
    /// Refuse a token from now on.
    #[serde(rename = "token.revoke")]
    Revoke(Revoke),
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

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("token.create", Permission::ADMINISTER, schema_of::<Create>).not_over_nats(),
        CommandKind::new("token.revoke", Permission::ADMINISTER, schema_of::<Revoke>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "token.create",
            Self::Revoke(_) => "token.revoke",
        }
    }
}
