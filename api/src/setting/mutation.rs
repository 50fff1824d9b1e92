use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::setting::{Ask, ask};
use mediary_schema::{
    PrincipalId, ProjectId,
    setting::{Quota as QuotaValue, QuotaOf},
};

use super::object::{Limits, Quota};
use crate::{
    asking::{self, Done, Terms},
    error::parse_id,
    job::Kind,
    scalar::Long,
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

/// How much of somebody's work there may be from now on; what is left out is not limited.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct QuotaSetInput {
    /// Whose: a project, or a principal for what somebody started.
    of: ID,
    /// Jobs at work at once.
    at_once: Option<u32>,
    /// Jobs that are begun in a day of UTC; one that is tried again counts once.
    jobs_per_day: Option<u32>,
    /// Bytes of files that are kept in a day of UTC. What is at work once they are reached is kept, too.
    bytes_per_day: Option<Long>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct QuotaPayload {
    /// The quota as it is now.
    quota: Option<Quota>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl SettingMutation {
    /// Changes how much of somebody's work there may be, from now on. What runs goes on; a job that is over it waits.
    async fn quota_set(&self, context: &Context<'_>, input: QuotaSetInput) -> Result<QuotaPayload> {
        let QuotaSetInput { of, at_once, jobs_per_day, bytes_per_day, terms } = input;
        let principal = || parse_id::<PrincipalId>(&of).map(QuotaOf::Principal);
        let of = parse_id::<ProjectId>(&of).map(QuotaOf::Project).or_else(|_| principal())?;
        let bytes_per_day = bytes_per_day.map(|bytes| bytes.0);
        let quota = QuotaValue { at_once, jobs_per_day, bytes_per_day };
        let (told, done) = asking::ask(context, terms, Ask::SetQuota(ask::SetQuota { of, quota })).await?;
        let told = told.and_then(|told| told.quota);
        let quota = Quota::all(context, told).await.into_iter().next();
        Ok(QuotaPayload { quota, done })
    }

    /// Changes how much runs at once, from now on. What runs goes on.
    async fn limits_set(&self, context: &Context<'_>, input: LimitsSetInput) -> Result<LimitsPayload> {
        let per_kind = input.kinds.iter().map(|of| (of.kind.0, of.limit)).collect();
        let asked = ask::SetLimits { per_kind, total: input.total };
        let (told, done) = asking::ask(context, input.terms, Ask::SetLimits(asked)).await?;
        Ok(LimitsPayload { limits: told.and_then(|told| told.limits).as_ref().map(Limits::from), done })
    }
}
