//! Stories of projects: one is made under a name that no other has.

use mediary_events::{
    Asked as _, Concern as _, codec,
    project::{Ask, Command, Project, Rejection, ask::Create},
};
use mediary_schema::{ProjectId, account::Permission};
use serde::Serialize;

use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Projects, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Project::NAME,
    events: Project::EVENTS,
    retired: Project::RETIRED,
    redact: codec::redacted::<Project>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::ADMINISTER,
    fanout: Fanout::Whole,
    work: &[],
};

/// What a command on projects answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The project.
    pub project_id: ProjectId,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let Self::Create(Create { name }) = self;
        let project_id = story.identities().project(story.caller().command_id);
        let command = Command::Create { project_id, name: name.clone(), now: story.now() };
        story.execute::<Project>(ProjectId::HOME.uuid(), command)?;
        Ok(Told { project_id })
    }
}

/// Refuses a project that was never made.
pub(super) fn require(story: &mut Transaction<'_>, project_id: ProjectId) -> Result<(), Refusal> {
    if story.state::<Project>(ProjectId::HOME.uuid())?.has(project_id) {
        Ok(())
    } else {
        Err(Rejection::NotFound { project_id }.into())
    }
}
