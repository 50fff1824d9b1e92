use async_graphql::SimpleObject;
use mediary_schema::{job::WorkKind, setting::Limits as LimitsValue};

/// How much runs at once.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct Limits {
    /// Refreshes playlists.
    refresh: u32,
    /// Downloads.
    download: u32,
    /// In total.
    total: u32,
}

impl From<&LimitsValue> for Limits {
    fn from(limits: &LimitsValue) -> Self {
        Self {
            refresh: limits.of(WorkKind::Refresh),
            download: limits.of(WorkKind::Download),
            total: limits.total,
        }
    }
}
