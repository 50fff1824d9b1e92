use async_graphql::{Context, Object, Result};
use mediary_events::watch::Watches;
use mediary_schema::{account::Permission, watch::WatchId};

use super::object::Watch;
use crate::{error::read_fault, schema::state, session::session};

#[derive(Debug, Default)]
pub(crate) struct WatchQuery;

#[Object]
impl WatchQuery {
    /// The folders from which files are taken, in the order of their ids.
    async fn watches(&self, context: &Context<'_>) -> Result<Vec<Watch>> {
        let mut watches = Vec::new();
        for (id, known) in all(context).await? {
            watches.push(Watch::of(context, id, known).await?);
        }
        Ok(watches)
    }
}

/// The watch of an id, if there is one.
pub(super) async fn find(context: &Context<'_>, id: WatchId) -> Result<Option<Watch>> {
    match all(context).await?.remove(&id) {
        Some(known) => Watch::of(context, id, known).await.map(Some),
        None => Ok(None),
    }
}

async fn all(
    context: &Context<'_>,
) -> Result<std::collections::BTreeMap<WatchId, mediary_events::watch::Known>> {
    let project = session(context, Permission::READ)?.project;
    let state = state::<Watches>(context, project.uuid()).await;
    Ok(state.map_err(|refusal| read_fault(&refusal))?.watches)
}
