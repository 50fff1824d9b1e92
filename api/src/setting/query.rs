use async_graphql::{Context, Object, Result};
use mediary_events::setting::Setting;
use mediary_schema::{ProjectId, SettingId, account::Permission};

use super::object::Limits;
use crate::{error::fault, schema::state, session::session};

#[derive(Debug, Default)]
pub(crate) struct SettingQuery;

#[Object]
impl SettingQuery {
    /// How much runs at once.
    async fn limits(&self, context: &Context<'_>) -> Result<Limits> {
        session(context, Permission::READ)?;
        // One installation has one machine, whosever work runs on it.
        let id = SettingId::from_project(ProjectId::HOME).uuid();
        let state = state::<Setting>(context, id).await.map_err(|refusal| {
            tracing::error!(%refusal, "settings can't be read");
            fault("internal error; the server's log says more", "INTERNAL", false)
        })?;
        Ok(Limits::from(&state.limits))
    }
}
