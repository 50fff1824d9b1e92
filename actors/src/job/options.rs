use serde::{Deserialize, Serialize};

/// How jobs are tried again, as a configuration file can say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Tries that may fail by a transient fault, the first included.
    pub tries_max: u32,
    /// The longest wait after the first failure, in milliseconds; doubled after each.
    pub retry_wait_ms: u64,
    /// The longest wait at all, in milliseconds.
    pub retry_wait_max_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        let policy = mediary_schema::job::RetryPolicy::default();
        Self {
            tries_max: policy.tries_max,
            retry_wait_ms: policy.wait_ms,
            retry_wait_max_ms: policy.wait_max_ms,
        }
    }
}

impl Options {
    /// The same as what is frozen into each job.
    pub const fn policy(&self) -> mediary_schema::job::RetryPolicy {
        mediary_schema::job::RetryPolicy {
            tries_max: self.tries_max,
            wait_ms: self.retry_wait_ms,
            wait_max_ms: self.retry_wait_max_ms,
        }
    }
}
