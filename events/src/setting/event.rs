use mediary_schema::setting::Limits;
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
}
