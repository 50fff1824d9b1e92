use async_graphql::{Context, Object, Result};
use mediary_events::root::Root as Roots;
use mediary_schema::{ProjectId, account::Permission};

use super::object::Root;
use crate::{error::read_fault, schema::state, session::session};

#[derive(Debug, Default)]
pub(crate) struct RootQuery;

#[Object]
impl RootQuery {
    /// The folders of the server's machine below which files lie, in the order in which they were registered.
    async fn roots(&self, context: &Context<'_>) -> Result<Vec<Root>> {
        session(context, Permission::READ)?;
        let state = state::<Roots>(context, ProjectId::HOME.uuid()).await;
        let roots = state.map_err(|refusal| read_fault(&refusal))?.roots;
        Ok(roots.into_iter().map(|root| Root::of(context, root)).collect())
    }
}
