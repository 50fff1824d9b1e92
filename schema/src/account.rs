//! Values of the kernel part `account`: who may do what.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::job::WorkKind;

/// What a credential may do, in steps that contain each other.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks.
    #[default]
    Viewer,
    /// Looks, follows, downloads, handles jobs.
    Editor,
    /// Everything, and the audit of it.
    Owner,
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "viewer" => Ok(Self::Viewer),
            "editor" => Ok(Self::Editor),
            "owner" => Ok(Self::Owner),
            _ => Err(UnknownRole { name: name.to_owned() }),
        }
    }
}

/// The answer to a name that is not a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a role; choose one of viewer, editor, owner")]
pub struct UnknownRole {
    name: String,
}

/// What a command or a query needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See playlists, jobs, files.
    Read,
    /// Read the log itself.
    Audit,
    /// Follow and unfollow playlists.
    Follow,
    /// Start downloads.
    Download,
    /// Cancel, pause, retry jobs.
    Operate,
    /// Change limits.
    Configure,
    /// Issue and revoke tokens.
    Administer,
    /// What only the platform's own actors do, for a kind of work or for all.
    Perform(Option<WorkKind>),
}

impl Role {
    /// Whether the role includes the permission.
    pub const fn allows(self, permission: Permission) -> bool {
        match permission {
            Permission::Read => true,
            Permission::Follow | Permission::Download | Permission::Operate => {
                matches!(self, Self::Editor | Self::Owner)
            }
            Permission::Audit | Permission::Configure | Permission::Administer => matches!(self, Self::Owner),
            Permission::Perform(_) => false,
        }
    }
}
