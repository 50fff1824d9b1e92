use async_graphql::{Context, Object, Result};
use mediary_events::project::Project as Projects;
use mediary_schema::{ProjectId, account::Permission};

use super::object::Project;
use crate::{error::read_fault, schema::state, session::session};

#[derive(Debug, Default)]
pub(crate) struct ProjectQuery;

#[Object]
impl ProjectQuery {
    /// Every project of the installation, its own first, for whoever administers it.
    async fn projects(&self, context: &Context<'_>) -> Result<Vec<Project>> {
        session(context, Permission::ADMINISTER)?;
        let state = state::<Projects>(context, ProjectId::HOME.uuid()).await;
        let made = state.map_err(|refusal| read_fault(&refusal))?.projects;
        let made = made.into_iter().map(|(id, made)| Project::made(id, made));
        Ok(std::iter::once(Project::home()).chain(made).collect())
    }
}
