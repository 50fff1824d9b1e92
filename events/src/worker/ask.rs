//! What may be asked about workers: a form for each command.

use mediary_schema::account::Permission;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, schema_of};

/// What may be asked about workers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Start a halted part again.
    #[serde(rename = "worker.resume")]
    Resume(Resume),
}

/// Starts a part of the local worker again that was halted because it failed too often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The part that is halted, such as a kind of work.
    pub part: String,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] =
        &[CommandKind::new("worker.resume", Permission::OPERATE, schema_of::<Resume>)];

    fn name(&self) -> &'static str {
        match self {
            Self::Resume(_) => "worker.resume",
        }
    }
}
