use async_graphql::{Enum, ID, SimpleObject};
use mediary_events::account::Token as State;
use mediary_schema::{TokenId, account::Role as RoleValue};

use crate::scalar::DateTime;

/// What a token may do, in steps that contain each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "RoleValue")]
pub(crate) enum Role {
    /// Looks.
    Viewer,
    /// Looks, follows, downloads, handles jobs.
    Editor,
    /// Everything, and the audit of it.
    Owner,
}

/// A credential. The token itself is shown once, when it is made.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Token {
    /// `token-<uuid>`.
    pub(super) id: ID,
    /// What people call it.
    pub(super) name: String,
    /// What it may do.
    pub(super) role: Role,
    /// The project whose things it opens.
    pub(super) project_id: ID,
    /// From where it may be shown; from anywhere if there are none.
    pub(super) networks: Vec<String>,
    /// When it ends, if it does.
    pub(super) expires_at: Option<DateTime>,
}

impl Token {
    pub(super) fn new(id: TokenId, state: State) -> Self {
        Self {
            id: ID(id.to_string()),
            name: state.name,
            role: state.role.into(),
            project_id: ID(state.project_id.to_string()),
            networks: state.networks.iter().map(ToString::to_string).collect(),
            expires_at: state.expires_at.map(DateTime),
        }
    }
}
