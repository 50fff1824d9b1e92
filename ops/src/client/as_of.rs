use serde::Serialize;

/// A moment of the past, as a request says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AsOf {
    /// Up to this position of the log.
    Position(u64),
    /// Up to what had been recorded at this time.
    Time(String),
}
