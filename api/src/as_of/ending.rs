use async_graphql::Value;
use mediary_schema::Timestamp;

use super::moment::said_of;

/// Where a replay ends: what is asked without a moment is answered as of there, and there is no later one.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    /// The last event of it.
    pub position: u64,
    /// When that was recorded; none at the beginning.
    pub at: Option<Timestamp>,
}

impl Ending {
    /// What an answer says that has nothing of any moment.
    pub(super) fn value(self) -> Value {
        said_of(self.position, self.at, Vec::new(), Vec::new())
    }
}
