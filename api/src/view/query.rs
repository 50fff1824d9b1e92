use async_graphql::{Context, Object, Result};
use mediary_schema::account::Permission;

use super::object::View;
use crate::{as_of::now_only, error::view_fault, schema::platform, session::session};

#[derive(Debug, Default)]
pub(crate) struct ViewQuery;

#[Object]
impl ViewQuery {
    /// The views with their versions: which serves, how far each is, what was built anew and what came of it.
    async fn views(&self, context: &Context<'_>) -> Result<Vec<View>> {
        // A comparison shows rows, whosever they are.
        session(context, Permission::ADMINISTER)?;
        now_only(context, "views are made of the log, and how they were is not in it")?;
        let mut views = Vec::new();
        for view in platform(context).views.all() {
            views.push(View::from(view.report().await.map_err(|error| view_fault(&error))?));
        }
        Ok(views)
    }
}
