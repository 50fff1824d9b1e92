use mediary_events::{
    Concern as _,
    project::{Event, Project},
};
use mediary_log::Recorded;
use mediary_schema::ProjectId;
use uuid::Uuid;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of projects.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Project::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[ProjectId::KIND]
    }

    fn last_event(&self, finder: &Finder, _: &str, uuid: Uuid) -> Found<Option<Recorded>> {
        let all = Project::stream(ProjectId::HOME.uuid());
        finder.last_about(&all, "project_id", &ProjectId::from_uuid(uuid).to_string())
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Created { name, .. } => format!("made the project '{name}'"),
        };
        Ok(event_of::<Project>(recorded).map(said))
    }
}
