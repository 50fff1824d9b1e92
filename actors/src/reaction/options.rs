use std::sync::Arc;

use mediary_schema::job::RetryPolicy;

use super::{DownloadsRequestedToRequest, Reaction};

/// Every reaction.
pub fn all(retry: RetryPolicy) -> Vec<Arc<dyn Reaction>> {
    vec![Arc::new(DownloadsRequestedToRequest { retry })]
}
