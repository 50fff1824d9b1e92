use async_graphql::{ID, SimpleObject};
use mediary_log::work::REGISTRY;
use mediary_schema::setting::{Limits as LimitsValue, Quota as QuotaValue, QuotaOf};

use crate::{choice::Choice, job::Kind, scalar::Long};

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
}

impl Quota {
    pub(super) fn new(of: QuotaOf, quota: QuotaValue) -> Self {
        let QuotaValue { at_once, jobs_per_day, bytes_per_day } = quota;
        Self { of: ID(of.to_string()), at_once, jobs_per_day, bytes_per_day: bytes_per_day.map(Long) }
    }
}
