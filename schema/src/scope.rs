//! Who reads: which project, as whom, and with what rights. Every reader of the log and of views takes one.
//!
//! There are three ways to come by a scope, and `tests/it/tidy/scopes.rs` lists who may use each.

use crate::{
    PrincipalId, ProjectId,
    account::{Permission, Rights, Role},
};

/// What a reader may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    reach: Reach,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Reach {
    /// One project, as far as the rights go.
    Project { project: ProjectId, principal: PrincipalId, rights: Rights },
    /// Everything: the platform's own actors, reactions and metrics.
    Platform,
}

impl Scope {
    /// What the holder of a credential may see.
    pub fn of_session(project: ProjectId, principal: PrincipalId, rights: impl Into<Rights>) -> Self {
        Self { reach: Reach::Project { project, principal, rights: rights.into() } }
    }

    /// Everything, for the platform itself; never for an answer to a person.
    pub const fn of_platform() -> Self {
        Self { reach: Reach::Platform }
    }

    /// The only project of a person alone, as its owner: for tests and benchmarks.
    pub fn of_test() -> Self {
        Self::of_session(ProjectId::HOME, PrincipalId::OWNER, Role::Owner)
    }

    /// The project whose things are seen; none if it is every project's.
    pub const fn project(&self) -> Option<ProjectId> {
        match self.reach {
            Reach::Project { project, .. } => Some(project),
            Reach::Platform => None,
        }
    }

    /// Who reads.
    pub const fn principal(&self) -> PrincipalId {
        match self.reach {
            Reach::Project { principal, .. } => principal,
            Reach::Platform => PrincipalId::PLATFORM,
        }
    }

    /// Whether things of a project are seen at all.
    pub fn sees(&self, project: ProjectId) -> bool {
        self.project().is_none_or(|own| own == project)
    }

    /// Whether what somebody recorded is seen by a permission: what belongs to a person, by that person alone.
    pub fn sees_of(&self, principal: PrincipalId, permission: Permission) -> bool {
        let is_own = match self.reach {
            Reach::Project { principal: own, .. } => own == principal,
            Reach::Platform => true,
        };
        self.allows(permission) && (is_own || !permission.is_of_person())
    }

    /// Whether something that needs a permission is seen.
    pub fn allows(&self, permission: Permission) -> bool {
        match self.reach {
            Reach::Project { project, rights, .. } => rights.allows_in(project, permission),
            Reach::Platform => true,
        }
    }
}
