use async_graphql::{Context, Object, Result};
use mediary_events::template::Template as Templates;
use mediary_schema::account::Permission;

use super::object::Template;
use crate::{error::read_fault, schema::state, session::session};

#[derive(Debug, Default)]
pub(crate) struct TemplateQuery;

#[Object]
impl TemplateQuery {
    /// Every template of jobs, by its name.
    async fn templates(&self, context: &Context<'_>) -> Result<Vec<Template>> {
        let project = session(context, Permission::READ)?.project;
        let state =
            state::<Templates>(context, project.uuid()).await.map_err(|refusal| read_fault(&refusal))?;
        Ok(state.all().map(|(template, settings)| Template::new(template, settings.clone())).collect())
    }
}
