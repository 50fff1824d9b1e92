use async_graphql::{Enum, ID, SimpleObject};
use mediary_schema::account::Role as RoleValue;

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
    /// When it ends, if it does.
    pub(super) expires_at: Option<DateTime>,
}

impl Token {
    pub(super) fn new(
        id: mediary_schema::TokenId,
        name: String,
        role: RoleValue,
        expires_at: Option<mediary_schema::Timestamp>,
    ) -> Self {
        Self { id: ID(id.to_string()), name, role: role.into(), expires_at: expires_at.map(DateTime) }
    }
}
