use mediary_schema::{CorrelationId, JobId};
use serde::Serialize;

use super::{DryRun, Refusal};

/// What became of a command that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer<T> {
    /// What the story answered.
    #[serde(flatten)]
    pub told: T,
    /// The position that views must have reached to show it; after a dry run, that of the newest event that it knew.
    pub position: u64,
    /// The story of everything that follows from it; none after a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub story_id: Option<CorrelationId>,
    /// Whether the same command had been accepted before; then nothing was done now.
    pub repeated: bool,
    /// Jobs that were under way for the same work and that it joined: they matter at least as much from now on, and keep batch,
    /// tags, template, moment and predecessor that they have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub joined_job_ids: Vec<JobId>,
    /// A proof that it was accepted, for whoever was not there; none is made yet.
    pub receipt: Option<SignedReceipt>,
    /// What would be done, if only that was asked; then nothing was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<DryRun>,
}

/// A signed statement that a command was recorded at a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedReceipt(pub String);

/// Why something was not done, as every door tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// A stable code in `SCREAMING_SNAKE_CASE`.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What can be done next, where there is something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Whether the same may succeed a moment later.
    pub retryable: bool,
    /// Where what must not have moved was recorded, if it was refused for that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub positions: Vec<u64>,
}

impl From<&Refusal> for Refused {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code().to_owned(),
            message: refusal.to_string(),
            advice: refusal.advice(),
            retryable: refusal.is_retryable(),
            positions: refusal.moved().to_vec(),
        }
    }
}
