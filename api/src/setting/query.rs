use async_graphql::{Context, Object, Result};
use mediary_events::setting::{Setting, State};
use mediary_schema::{ProjectId, SettingId, account::Permission};

use super::object::{Limits, Quota, Site, Trash};
use crate::{error::read_fault, schema::state, session::session};

#[derive(Debug, Default)]
pub(crate) struct SettingQuery;

#[Object]
impl SettingQuery {
    /// How much runs at once.
    async fn limits(&self, context: &Context<'_>) -> Result<Limits> {
        session(context, Permission::READ)?;
        Ok(Limits::from(&settings(context).await?.limits))
    }

    /// How much of whose work there may be, where that is limited, and how much of that is used up.
    async fn quotas(&self, context: &Context<'_>) -> Result<Vec<Quota>> {
        session(context, Permission::CONFIGURE)?;
        Ok(Quota::all(context, settings(context).await?.quotas).await)
    }

    /// How long what was deleted can be had back, and how much of it there may be and is.
    async fn trash(&self, context: &Context<'_>) -> Result<Trash> {
        session(context, Permission::READ)?;
        let settings = settings(context).await?.trash;
        Ok(Trash::of(context, settings).await)
    }

    /// What holds for which site, where somebody set it.
    async fn sites(&self, context: &Context<'_>) -> Result<Vec<Site>> {
        session(context, Permission::CONFIGURE)?;
        Ok(Site::all(context, settings(context).await?.sites).await)
    }
}

/// One installation has one machine, whosever work runs on it.
async fn settings(context: &Context<'_>) -> Result<State> {
    let id = SettingId::from_project(ProjectId::HOME).uuid();
    state::<Setting>(context, id).await.map_err(|refusal| read_fault(&refusal))
}
