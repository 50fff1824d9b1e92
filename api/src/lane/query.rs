use async_graphql::{Context, Object, Result};
use mediary_schema::account::Permission;

use super::object::Lane;
use crate::{as_of::now_only, schema::platform, session::session};

#[derive(Debug, Default)]
pub(crate) struct LaneQuery;

#[Object]
impl LaneQuery {
    /// The lanes that open work of whichever project needs, those that are held, and those that are in use.
    async fn lanes(&self, context: &Context<'_>) -> Result<Vec<Lane>> {
        session(context, Permission::CONFIGURE)?;
        now_only(context, "how lanes were is known of now alone")?;
        Ok(platform(context).queue.lanes().await.into_iter().map(Lane::from).collect())
    }
}
