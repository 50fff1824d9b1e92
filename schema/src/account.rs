//! Values of the kernel part `account`: who may do what.

mod rights;

use std::{borrow::Cow, fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

pub use self::rights::{Permissions, Rights, UnknownPermission};
use crate::{ProjectId, id::ids};

ids! {
    /// A browser that a user signed in by: a credential of his, derived from the command that opened it.
    SessionId = "session";
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// Whoever had it signed out.
    SignedOut,
    /// Somebody ended it from elsewhere.
    Revoked,
    /// The user has another password.
    PasswordChanged,
    /// The user is removed.
    UserRemoved,
    /// Its time was over, which was noticed when another one was opened.
    Expired,
    /// There were too many, and it was the oldest.
    Crowded,
}

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

/// Who a credential was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// A person or a program, by a command.
    #[default]
    Personal,
    /// Whoever owns the data folder: `local.token`. There is one at a time.
    Folder,
    /// A browser that signs in once.
    Setup,
}

/// Addresses from which a token may be shown: `192.168.1.0/24`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

impl Network {
    /// How many a token may be bound to.
    pub const PER_TOKEN_MAX: usize = 16;

    /// Whether an address is of it; one of version 4 in the clothes of version 6 is what it is.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// The answer to a text that is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a network such as 192.168.1.0/24 or 2001:db8::/32")]
pub struct BadNetwork {
    text: String,
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        // One network has one text, whichever of its addresses it was named by.
        network.map(|network| Self(network.trunc())).map_err(|_| BadNetwork { text: text.to_owned() })
    }
}

impl TryFrom<String> for Network {
    type Error = BadNetwork;

    fn try_from(text: String) -> Result<Self, BadNetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl JsonSchema for Network {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Network".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "A network, such as `192.168.1.0/24`." })
    }
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

/// What a command or a query needs. Each concern says its own, beside its values; these are those of the kernel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// One word.
    name: &'static str,
    /// What it allows, behind "the permission".
    words: &'static str,
    /// The least role that has it; none has what only Mediary's own actors do.
    least: Option<Role>,
    /// Whether it is about the installation as a whole.
    is_of_installation: bool,
    /// Whether it is about what belongs to a person.
    is_of_person: bool,
}

impl Permission {
    /// See playlists, jobs, files.
    pub const READ: Self = Self::within_project("read", Role::Viewer, "to look");
    /// Read the log itself.
    pub const AUDIT: Self = Self::within_project("audit", Role::Owner, "to audit the log");
    /// Cancel, pause, retry jobs.
    pub const OPERATE: Self = Self::within_project("operate", Role::Editor, "to handle jobs");
    /// Change limits, which are the installation's.
    pub const CONFIGURE: Self =
        Self::of_installation("configure", Role::Owner, "to change limits of the installation");
    /// Issue and revoke tokens, make projects, prove and export the whole log: what is the installation's.
    pub const ADMINISTER: Self =
        Self::of_installation("administer", Role::Owner, "to administer the installation");
    /// What only the platform's own actors do.
    pub const PERFORM: Self = Self {
        name: "perform",
        words: "that only Mediary itself has",
        least: None,
        is_of_installation: false,
        is_of_person: false,
    };
    /// See what belongs to oneself; no role sees what belongs to somebody else.
    pub const OWN: Self =
        Self { is_of_person: true, ..Self::within_project("own", Role::Viewer, "to see what is one's own") };

    /// What a role and those above it may do within a project; `words` stand behind "the permission".
    pub const fn within_project(name: &'static str, least: Role, words: &'static str) -> Self {
        Self { name, words, least: Some(least), is_of_installation: false, is_of_person: false }
    }

    /// What a role and those above it may do in the installation's own project, and nobody in another.
    pub const fn of_installation(name: &'static str, least: Role, words: &'static str) -> Self {
        Self { is_of_installation: true, ..Self::within_project(name, least, words) }
    }

    /// Its name: one word, as contracts have it.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Whether it is about the installation as a whole: nobody has it but in the installation's own project.
    pub const fn is_of_installation(self) -> bool {
        self.is_of_installation
    }
}

impl Permission {
    /// Whether it is about what belongs to a person: then only what oneself recorded is seen by it.
    pub const fn is_of_person(self) -> bool {
        self.is_of_person
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.words)
    }
}

impl Role {
    /// Whether the role includes the permission within a project.
    pub fn allows_in(self, project: ProjectId, permission: Permission) -> bool {
        self.allows(permission) && (project == ProjectId::HOME || !permission.is_of_installation())
    }

    /// Whether the role includes the permission.
    pub fn allows(self, permission: Permission) -> bool {
        permission.least.is_some_and(|least| self >= least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_one_text_and_knows_its_own() {
        for (text, told) in [
            ("192.168.1.7/24", "192.168.1.0/24"),
            ("10.0.0.1", "10.0.0.1/32"),
            ("::1", "::1/128"),
            ("2001:db8::7/32", "2001:db8::/32"),
        ] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), told);
        }
        for text in ["", "home", "10.0.0.1/33", "10.0.0"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        let network: Network = "192.168.1.0/24".parse().unwrap();
        for (address, is_in) in [("192.168.1.9", true), ("::ffff:192.168.1.9", true), ("192.168.2.1", false)]
        {
            assert_eq!(network.contains(address.parse().unwrap()), is_in, "{address}");
        }
    }

    #[test]
    fn what_is_the_installations_is_had_in_its_own_project_only() {
        let other = ProjectId::from_uuid(uuid::Uuid::from_u128(7));
        for permission in [Permission::ADMINISTER, Permission::CONFIGURE] {
            assert!(Role::Owner.allows_in(ProjectId::HOME, permission));
            assert!(!Role::Owner.allows_in(other, permission), "{permission:?}");
        }
        assert!(Role::Owner.allows_in(other, Permission::AUDIT));
        assert!(Role::Editor.allows_in(other, Permission::FOLLOW));
        assert!(!Role::Editor.allows_in(ProjectId::HOME, Permission::ADMINISTER));
    }
}
