use mediary_schema::setting::{Limits, Quota, QuotaOf};
use serde::{Deserialize, Serialize};

/// What can have happened to the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// From now on this much runs at once.
    #[serde(rename = "limits_changed")]
    LimitsChanged {
        /// The limits.
        limits: Limits,
    },
    /// From now on there may be so much of somebody's work; as much as there is, if the quota limits nothing.
    #[serde(rename = "quota_changed")]
    QuotaChanged {
        /// Whose.
        of: QuotaOf,
        /// How much.
        quota: Quota,
    },
}
