mod layout;
mod site;
mod trash;

use std::collections::HashMap;

use async_graphql::{Context, ID, SimpleObject};
use mediary_log::work::REGISTRY;
use mediary_schema::setting::{
    Limits as LimitsValue, Quota as QuotaValue, QuotaOf, QuotaUse as QuotaUseValue,
};

pub(crate) use self::layout::{Layout, LayoutInput};
pub(super) use self::{
    layout::LayoutPreview,
    site::{LoginMode, Site},
    trash::Trash,
};
use crate::{
    as_of::moment,
    choice::Choice,
    job::Kind,
    scalar::{DateTime, Long},
    schema::platform,
};

/// How much runs at once.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Limits {
    /// Of each kind of work.
    kinds: Vec<KindLimit>,
    /// In total.
    total: u32,
}

/// How much of one kind of work runs at once.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct KindLimit {
    /// The kind.
    kind: Kind,
    /// Attempts at once.
    limit: u32,
}

impl From<&LimitsValue> for Limits {
    fn from(limits: &LimitsValue) -> Self {
        let of_kind = |kind| KindLimit { kind: Choice(kind), limit: REGISTRY.at_once(limits, kind) };
        Self { kinds: REGISTRY.kinds().map(|work| of_kind(work.kind)).collect(), total: limits.total }
    }
}

/// How much of somebody's work there may be. A job that is over it waits. A day is one of UTC.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Quota {
    /// Whose: `project-<uuid>`, or `principal-<uuid>` for what somebody started.
    of: ID,
    /// Jobs at work at once; none if that is not limited.
    at_once: Option<u32>,
    /// Jobs that are begun in a day; none if that is not limited.
    jobs_per_day: Option<u32>,
    /// Bytes of files that are kept in a day; none if that is not limited.
    bytes_per_day: Option<Long>,
    /// How much of it is used up; none if that can't be known now.
    used: Option<QuotaUse>,
}

/// How much of a quota is used up, in this day of UTC.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct QuotaUse {
    /// Jobs at work now.
    at_work_count: u32,
    /// Jobs that were begun in this day; one that is tried again counts once.
    begun_count: u32,
    /// Bytes of files that were kept in this day.
    kept_bytes: Long,
    /// When this day began.
    since: DateTime,
    /// When all of it is there again.
    until: DateTime,
}

impl From<QuotaUseValue> for QuotaUse {
    fn from(QuotaUseValue { at_work, jobs, bytes, since, until }: QuotaUseValue) -> Self {
        Self {
            at_work_count: at_work,
            begun_count: jobs,
            kept_bytes: Long(bytes),
            since: DateTime(since),
            until: DateTime(until),
        }
    }
}

impl Quota {
    /// Quotas with what the queue knows of them.
    pub(super) async fn all(
        context: &Context<'_>,
        quotas: impl IntoIterator<Item = (QuotaOf, QuotaValue)>,
    ) -> Vec<Self> {
        let quotas: Vec<_> = quotas.into_iter().collect();
        let known = match moment(context) {
            None => platform(context).queue.quota_uses(quotas.iter().map(|(of, _)| *of).collect()).await,
            Some(moment) => {
                moment.lacks("Quota.used", "how much of a quota is used up is known of now alone");
                HashMap::new()
            }
        };
        let quota = |(of, quota): (QuotaOf, QuotaValue)| {
            let QuotaValue { at_once, jobs_per_day, bytes_per_day } = quota;
            let used = known.get(&of).copied().map(QuotaUse::from);
            Self {
                of: ID(of.to_string()),
                at_once,
                jobs_per_day,
                bytes_per_day: bytes_per_day.map(Long),
                used,
            }
        };
        quotas.into_iter().map(quota).collect()
    }
}
