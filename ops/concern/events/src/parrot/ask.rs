//! What may be asked about parrots: a form for each command.

use mediary_schema::account::Permission;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    asked::{Asked, CommandKind, is_default, schema_of},
    job::ask::Ticket,
};

/// What may be asked about parrots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Have a text repeated.
    #[serde(rename = "parrot.tell")]
    Tell(Tell),
}

/// Has a text repeated, as a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tell {
    /// What is repeated.
    pub text: String,
    /// When its turn comes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] =
        &[CommandKind::new("parrot.tell", Permission::PARROT, schema_of::<Tell>)];

    fn name(&self) -> &'static str {
        match self {
            Self::Tell(_) => "parrot.tell",
        }
    }
}
