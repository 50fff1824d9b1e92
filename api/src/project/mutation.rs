use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::project::{Ask, Project as Projects, ask};
use mediary_schema::ProjectId;

use super::object::Project;
use crate::{
    asking::{self, Done, Terms},
    schema::platform,
};

#[derive(Debug, Default)]
pub(crate) struct ProjectMutation;

/// A project to be made.
#[derive(Debug, InputObject)]
pub(crate) struct ProjectCreateInput {
    /// What people call it.
    name: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct ProjectPayload {
    /// The project.
    project: Option<Project>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl ProjectMutation {
    /// Makes a project with nothing in it; tokens of it see nothing else.
    async fn project_create(
        &self,
        context: &Context<'_>,
        input: ProjectCreateInput,
    ) -> Result<ProjectPayload> {
        let asked = Ask::Create(ask::Create { name: input.name });
        let (told, done) = asking::ask(context, input.terms, asked).await?;
        let Some(told) = told else { return Ok(ProjectPayload { project: None, done }) };
        let id = told.project_id;
        let look = move |state: &mediary_events::project::State| state.projects.get(&id).cloned();
        let found = platform(context).gate.inspect::<Projects, _>(ProjectId::HOME.uuid(), look).await;
        let project = found.ok().flatten().map(|made| Project::made(id, made));
        Ok(ProjectPayload { project, done })
    }
}
