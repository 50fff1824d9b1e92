use async_graphql::SimpleObject;
use mediary_log::work::REGISTRY;
use mediary_schema::setting::Limits as LimitsValue;

use crate::{choice::Choice, job::Kind};

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
