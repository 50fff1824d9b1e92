use async_graphql::{ID, SimpleObject};
use mediary_events::project::Made;
use mediary_schema::{ProjectId, project::HOME};

use crate::scalar::DateTime;

/// Whose things these are. Nobody sees things of another project.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Project {
    /// `project-<uuid>`.
    pub(super) id: ID,
    /// What people call it.
    pub(super) name: String,
    /// Since when there is one; the installation's own, `home`, was always there.
    pub(super) created_at: Option<DateTime>,
}

impl Project {
    pub(super) fn home() -> Self {
        let name = HOME.to_owned();
        Self { id: ID(ProjectId::HOME.to_string()), name, created_at: None }
    }

    pub(super) fn made(id: ProjectId, made: Made) -> Self {
        Self { id: ID(id.to_string()), name: made.name, created_at: Some(DateTime(made.created_at)) }
    }
}
