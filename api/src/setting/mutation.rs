use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::setting::{Ask, ask};

use super::object::Limits;
use crate::{
    asking::{self, Done, Terms},
    job::Kind,
};

#[derive(Debug, Default)]
pub(crate) struct SettingMutation;

/// How much of one kind of work is to run at once.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct KindLimitInput {
    /// The kind.
    kind: Kind,
    /// Attempts at once.
    limit: u32,
}

/// What is to run at once from now on; what is left out stays as it is.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct LimitsSetInput {
    /// Of these kinds of work.
    #[graphql(default)]
    kinds: Vec<KindLimitInput>,
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
        let per_kind = input.kinds.iter().map(|of| (of.kind.0, of.limit)).collect();
        let asked = ask::SetLimits { per_kind, total: input.total };
        let (told, done) = asking::ask(context, input.terms, Ask::SetLimits(asked)).await?;
        Ok(LimitsPayload { limits: told.map(|told| Limits::from(&told.limits)), done })
    }
}
