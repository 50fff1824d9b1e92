//! What may be asked about jobs: a form for each command.

use mediary_schema::{JobId, Several, account::Permission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, schema_of};

/// What may be asked about jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// End jobs for good.
    #[serde(rename = "job.cancel")]
    Cancel(Cancel),
    /// Hold jobs.
    #[serde(rename = "job.pause")]
    Pause(Pause),
    /// Put held jobs back into the queue.
    #[serde(rename = "job.resume")]
    Resume(Resume),
    /// Do the work of ended jobs again.
    #[serde(rename = "job.retry")]
    Retry(Retry),
}

/// Ends jobs for good. A running one is asked to stop, and its partial files are removed once it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// The jobs.
    pub job_ids: Several<JobId>,
}

/// Holds jobs. A running one is asked to stop, and what it did is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// The jobs.
    pub job_ids: Several<JobId>,
}

/// Puts held jobs back into the queue; one that waits for its time is tried now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The jobs.
    pub job_ids: Several<JobId>,
}

/// Does the work of ended jobs again, as new jobs: an ended job never comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// The jobs.
    pub job_ids: Several<JobId>,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("job.cancel", Permission::OPERATE, schema_of::<Cancel>),
        CommandKind::new("job.pause", Permission::OPERATE, schema_of::<Pause>),
        CommandKind::new("job.resume", Permission::OPERATE, schema_of::<Resume>),
        CommandKind::new("job.retry", Permission::OPERATE, schema_of::<Retry>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Cancel(_) => "job.cancel",
            Self::Pause(_) => "job.pause",
            Self::Resume(_) => "job.resume",
            Self::Retry(_) => "job.retry",
        }
    }
}
