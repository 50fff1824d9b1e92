use mediary_schema::{
    FailureClass,
    job::{Failure, ResourceUse},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Unable;

/// How the work of an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending<P> {
    /// It is done, and this came of it.
    Done(P),
    /// It failed.
    Failed(Failure),
    /// It stopped because it was asked to, or because the attempt has no job any more.
    Stopped,
}

impl<P> From<Result<P, Unable>> for Ending<P> {
    fn from(done: Result<P, Unable>) -> Self {
        match done {
            Ok(product) => Self::Done(product),
            Err(Unable::Failed(failure)) => Self::Failed(failure),
            Err(Unable::Lost) => Self::Stopped,
        }
    }
}

/// The end of an attempt, as data: the one command by which every effect ends, wherever it ran.
///
/// It names no attempt: it is heard by the port of one, which is the only way to say it, and told under that one's lease.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finish {
    /// How it ended.
    pub outcome: Outcome,
    /// What its programs used.
    pub used: ResourceUse,
}

/// How an attempt ended, as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is done; the product of its craft.
    Done(Value),
    /// It failed.
    Failed(Failure),
    /// It was stopped.
    Stopped,
}

impl Finish {
    /// The end of an attempt that used so much. A failure after it was asked to stop is none.
    pub fn of<P: Serialize>(ending: Ending<P>, used: ResourceUse, is_stopped: bool) -> Self {
        let outcome = match ending {
            Ending::Done(product) => match serde_json::to_value(product) {
                Ok(product) => Outcome::Done(product),
                Err(error) => Outcome::Failed(Failure::new(FailureClass::Unknown, error.to_string())),
            },
            Ending::Failed(_) if is_stopped => Outcome::Stopped,
            Ending::Failed(failure) => Outcome::Failed(failure),
            Ending::Stopped => Outcome::Stopped,
        };
        Self { outcome, used }
    }
}
