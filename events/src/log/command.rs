/// What may be asked of the log's own stream: nothing yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {}
