use mediary_schema::{
    FileId, JobId, PlanId,
    job::Failure,
    profile::Profile,
    transcode::{Proof, Recipe},
};
use serde::{Deserialize, Serialize};

use crate::asked::is_default;

/// What can have happened to a transcode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Somebody wants a file made of another one.
    #[serde(rename = "requested")]
    Requested {
        /// The job that will do it.
        job_id: JobId,
        /// Of which it is made.
        file_id: FileId,
        /// What that is called.
        title: String,
        /// By which rules, as they were then.
        profile: Box<Profile>,
        /// Whether what is made gets the place of what it is made of.
        #[serde(default, skip_serializing_if = "is_default")]
        replace: bool,
    },
    /// It is in its place, and proved.
    #[serde(rename = "completed")]
    Completed {
        /// The job that did it.
        job_id: JobId,
        /// What was made.
        made: Box<Made>,
    },
    /// What was made is to get the place of what it was made of, which goes into the trash.
    #[serde(rename = "replace_requested")]
    ReplaceRequested {
        /// By which plan.
        plan_id: PlanId,
    },
    /// There was nothing to do: the file is as the profile would have it.
    #[serde(rename = "found_fit")]
    FoundFit {
        /// The job that looked.
        job_id: JobId,
    },
    /// What was made is larger than what it was made of, and was not kept.
    #[serde(rename = "came_out_larger")]
    CameOutLarger {
        /// The job that made it.
        job_id: JobId,
        /// How large the result was.
        result_bytes: u64,
        /// How large what it was made of is.
        source_bytes: u64,
    },
    /// It was given up.
    #[serde(rename = "failed")]
    Failed {
        /// The job that tried.
        job_id: JobId,
        /// What went wrong.
        failure: Failure,
    },
    /// A person ended it.
    #[serde(rename = "cancelled")]
    Cancelled {
        /// The job that was ended.
        job_id: JobId,
    },
}

/// A file that was made of another one, with the proof that it is that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The file.
    pub file_id: FileId,
    /// BLAKE3 of what it was made of, as it was read then, 64 hex digits.
    pub source_blake3: String,
    /// How many bytes that had.
    pub source_bytes: u64,
    /// BLAKE3 of what was made, 64 hex digits.
    pub result_blake3: String,
    /// How many bytes that has.
    pub result_bytes: u64,
    /// What became of each stream.
    pub recipe: Recipe,
    /// What was compared.
    pub proof: Proof,
    /// The arguments of the encoder, without the paths of this machine: `IN` and `OUT` stand for them.
    pub arguments: Vec<String>,
}

impl Event {
    /// The same without titles and what tools said.
    pub(super) fn redacted(&self) -> Self {
        let mut event = self.clone();
        match &mut event {
            Self::Requested { title, .. } => title.clear(),
            Self::Failed { failure, .. } => *failure = failure.redacted(),
            Self::Completed { .. }
            | Self::ReplaceRequested { .. }
            | Self::FoundFit { .. }
            | Self::CameOutLarger { .. }
            | Self::Cancelled { .. } => {}
        }
        event
    }
}
