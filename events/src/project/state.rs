use std::collections::BTreeMap;

use mediary_schema::{ProjectId, Timestamp};

use super::Event;

/// A project that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What people call it.
    pub name: String,
    /// Since when there is one.
    pub created_at: Timestamp,
}

/// The projects of an installation, without its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Each by its id.
    pub projects: BTreeMap<ProjectId, Made>,
}

impl State {
    /// Whether there is such a project.
    pub fn has(&self, project_id: ProjectId) -> bool {
        project_id == ProjectId::HOME || self.projects.contains_key(&project_id)
    }

    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Created { project_id, name, created_at } => {
                let made = Made { name: name.clone(), created_at: *created_at };
                self.projects.insert(*project_id, made);
            }
        }
    }
}
