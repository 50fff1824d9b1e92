use std::sync::Arc;

use mediary_log::gate::Reaction;
use mediary_schema::job::RetryPolicy;

use super::{DownloadsRequestedToRequest, EntryLiveStatusChangedToResume};

/// Every reaction.
pub fn all(retry: RetryPolicy) -> Vec<Arc<dyn Reaction>> {
    vec![Arc::new(DownloadsRequestedToRequest { retry }), Arc::new(EntryLiveStatusChangedToResume)]
}
