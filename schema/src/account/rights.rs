//! What somebody may do: what his role includes, and single permissions beyond it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Permission, Role};
use crate::ProjectId;

impl Permission {
    /// Every permission that a person can have, each concern's own among them. Where it stands here is in memory only:
    /// stored are names.
    pub const ALL: &[Self] = &[
        Self::READ,
        Self::OWN,
        Self::AUDIT,
        Self::OPERATE,
        Self::CONFIGURE,
        Self::ADMINISTER,
        Self::FOLLOW,
        Self::DOWNLOAD,
        Self::DELETE,
        Self::COLLECT,
        Self::SCHEDULE,
        Self::NOTICE,
        Self::NOTIFY,
        Self::SECRET,
        Self::BOT,
        Self::SEE_MACHINE,
        Self::CHECK,
        Self::CHECK_BY_COMMAND,
        Self::TRANSCODE,
    ];
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Permissions(u32);

/// The answer to a word that names no permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a permission; there are {}", Permissions::words())]
pub struct UnknownPermission {
    name: String,
}

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    /// Those that are called so, all of them or an error.
    pub fn parse(names: &[String]) -> Result<Self, UnknownPermission> {
        names.iter().try_fold(Self::NONE, |found, name| {
            let bit = bit_of(name).ok_or_else(|| UnknownPermission { name: name.clone() })?;
            Ok(Self(found.0 | bit))
        })
    }

    /// Whether one is among them.
    pub fn has(self, permission: Permission) -> bool {
        bit_of(permission.name()).is_some_and(|bit| self.0 & bit != 0)
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Their names, in the order of [`Permission::ALL`].
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Permission::ALL.iter().filter(move |one| self.has(**one)).map(|one| one.name())
    }

    /// The names of all that there are.
    fn words() -> String {
        let names: Vec<_> = Permission::ALL.iter().map(|one| one.name()).collect();
        names.join(", ")
    }
}

fn bit_of(name: &str) -> Option<u32> {
    Permission::ALL.iter().position(|one| one.name() == name).map(|at| 1 << at)
}

impl fmt::Debug for Permissions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.names()).finish()
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

impl<'de> Deserialize<'de> for Permissions {
    /// A word that is none of this program's allows nothing: it was another version's.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Ok(Self(names.iter().filter_map(|name| bit_of(name)).fold(0, |found, bit| found | bit)))
    }
}

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rights {
    /// In steps that contain each other.
    pub role: Role,
    /// Beyond that.
    pub more: Permissions,
}

impl Rights {
    /// Whether a permission is among them within a project.
    pub fn allows_in(self, project: ProjectId, permission: Permission) -> bool {
        self.allows(permission) && (project == ProjectId::HOME || !permission.is_of_installation())
    }

    /// Whether a permission is among them.
    pub fn allows(self, permission: Permission) -> bool {
        self.role.allows(permission) || self.more.has(permission)
    }

    /// The same, but of nobody above a role.
    #[must_use]
    pub fn at_most(self, role: Role) -> Self {
        let more = if self.role > role { Permissions::NONE } else { self.more };
        Self { role: self.role.min(role), more }
    }

    /// The names of all that is allowed within a project.
    pub fn names_in(self, project: ProjectId) -> impl Iterator<Item = &'static str> {
        Permission::ALL.iter().filter(move |one| self.allows_in(project, **one)).map(|one| one.name())
    }
}

impl From<Role> for Rights {
    fn from(role: Role) -> Self {
        Self { role, more: Permissions::NONE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(names: &[&str]) -> Permissions {
        Permissions::parse(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn every_permission_has_a_bit_and_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = Permission::ALL.iter().map(|one| one.name()).collect();
        assert_eq!(names.len(), Permission::ALL.len());
        assert!(names.len() <= 32, "they are the bits of 32");
        let all: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(Permissions::parse(&all).unwrap().names().count(), names.len());
        assert!(!names.contains(Permission::PERFORM.name()), "nobody is given what only Mediary itself has");
    }

    // SE-01: "create command checks" is given to somebody who else only looks.
    // invariant: G-10
    #[test]
    fn what_is_given_beyond_a_role_is_had_and_nothing_else() {
        let rights = Rights { role: Role::Viewer, more: some(&["follow"]) };
        assert!(rights.allows(Permission::READ) && rights.allows(Permission::FOLLOW));
        assert!(!rights.allows(Permission::DOWNLOAD) && !rights.allows(Permission::PERFORM));
        let error = Permissions::parse(&["fly".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("\"fly\"") && error.contains("follow"), "{error}");
        let administrator = Rights { role: Role::Viewer, more: some(&["administer"]) };
        let other = ProjectId::from_uuid(uuid::Uuid::from_u128(7));
        assert!(administrator.allows_in(ProjectId::HOME, Permission::ADMINISTER));
        assert!(!administrator.allows_in(other, Permission::ADMINISTER), "that is the installation's");
    }

    #[test]
    fn they_are_stored_by_name_and_one_of_another_version_allows_nothing() {
        let stored = serde_json::to_value(some(&["delete", "follow"])).unwrap();
        assert_eq!(stored, serde_json::json!(["follow", "delete"]));
        let newer: Permissions = serde_json::from_value(serde_json::json!(["fly", "delete"])).unwrap();
        assert_eq!(newer, some(&["delete"]));
    }

    #[test]
    fn whoever_lends_his_rights_up_to_a_role_lends_no_more() {
        let rights = Rights { role: Role::Owner, more: some(&["administer"]) }.at_most(Role::Editor);
        assert_eq!(rights, Role::Editor.into());
    }
}
