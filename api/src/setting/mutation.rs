use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::setting::{Ask, ask};
use mediary_schema::job::WorkKind;

use super::object::Limits;
use crate::asking::{self, Done, Terms};

#[derive(Debug, Default)]
pub(crate) struct SettingMutation;

/// What is to run at once from now on; what is left out stays as it is.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct LimitsSetInput {
    /// Refreshes of playlists.
    refresh: Option<u32>,
    /// Downloads.
    download: Option<u32>,
    /// In total.
    total: Option<u32>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct LimitsPayload {
    /// The limits as they are now.
    limits: Option<Limits>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl SettingMutation {
    /// Changes how much runs at once, from now on. What runs goes on.
    async fn limits_set(&self, context: &Context<'_>, input: LimitsSetInput) -> Result<LimitsPayload> {
        let of_kind = [(WorkKind::Refresh, input.refresh), (WorkKind::Download, input.download)];
        let per_kind = of_kind.into_iter().filter_map(|(kind, limit)| Some((kind, limit?))).collect();
        let asked = ask::SetLimits { per_kind, total: input.total };
        let (told, done) = asking::ask(context, input.terms, Ask::SetLimits(asked)).await?;
        Ok(LimitsPayload { limits: told.map(|told| Limits::from(&told.limits)), done })
    }
}
