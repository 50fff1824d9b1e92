use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::setting::{Command, Setting};
use mediary_log::gate::Transaction;
use mediary_schema::{CommandId, ProjectId, SettingId, account::Permission, job::WorkKind};

use super::object::Limits;
use crate::{
    error::{UserError, user_error},
    schema::platform,
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct SettingMutation;

/// What is to run at once from now on; what is left out stays as it is.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct LimitsSetInput {
    /// Refreshes playlists.
    refresh: Option<u32>,
    /// Downloads.
    download: Option<u32>,
    /// In total.
    total: Option<u32>,
}

/// What came of it.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct LimitsPayload {
    /// The limits as they are now.
    limits: Option<Limits>,
    /// Why it was not done, if it was not.
    user_errors: Vec<UserError>,
}

#[Object]
impl SettingMutation {
    /// Changes how much runs at once, from now on. What runs goes on.
    async fn limits_set(&self, context: &Context<'_>, input: LimitsSetInput) -> Result<LimitsPayload> {
        let session = session(context, Permission::Configure)?;
        let gate = &platform(context).gate;
        let id = SettingId::from_project(ProjectId::HOME).uuid();
        let caller = session.caller(CommandId::from_uuid(gate.ids().next()), gate.ids());
        let outcome = gate
            .transact(caller, move |story: &mut Transaction<'_>| {
                let mut limits = story.state::<Setting>(id)?.limits.clone();
                let of_kind = [(WorkKind::Refresh, input.refresh), (WorkKind::Download, input.download)];
                for (kind, limit) in of_kind {
                    limits.per_kind.extend(limit.map(|limit| (kind, limit)));
                }
                limits.total = input.total.unwrap_or(limits.total);
                story.execute::<Setting>(id, Command::Limit { limits: limits.clone() })?;
                Ok(limits)
            })
            .await;
        Ok(match outcome {
            Ok(receipt) => {
                LimitsPayload { limits: Some(Limits::from(&receipt.value)), user_errors: Vec::new() }
            }
            Err(refusal) => LimitsPayload { limits: None, user_errors: vec![user_error(&refusal)?] },
        })
    }
}
