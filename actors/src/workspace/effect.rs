use mediary_log::gate::LongWork;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Ending, Workspace};

/// A kind of long work as both sides of the port speak of it.
pub trait Craft: LongWork + Send + Sync {
    /// What an attempt may ask.
    type Question: Serialize + DeserializeOwned + Send;
    /// What it is answered.
    type Answer: Serialize + DeserializeOwned + Send;
    /// What it comes to.
    type Product: Serialize + DeserializeOwned + Send;
}

/// A question that nobody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nothing {}

/// What a concern does to the world for one kind of work.
pub trait Effect: std::fmt::Debug + Clone + Send + Sync + 'static {
    /// The kind of work that it does.
    type Task: Craft;

    /// Does the work of one attempt, until it is done, fails, or is asked to stop.
    ///
    /// What came of it is recorded by whoever stands behind the port, in the same append as the end of the job. When this
    /// returns no process of the attempt is left.
    fn perform(
        &self,
        workspace: Workspace<Self::Task>,
        task: Self::Task,
    ) -> impl Future<Output = Ending<<Self::Task as Craft>::Product>> + Send;
}
