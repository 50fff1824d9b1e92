//! What may be asked about projects: a form for each command.

use mediary_schema::account::Permission;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, schema_of};

/// What may be asked about projects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Make a project.
    #[serde(rename = "project.create")]
    Create(Create),
}

/// Makes a project with nothing in it. Its tokens see nothing of other projects, and nobody of theirs sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// What people call it.
    pub name: String,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] =
        &[CommandKind::new("project.create", Permission::ADMINISTER, schema_of::<Create>)];

    fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "project.create",
        }
    }
}
