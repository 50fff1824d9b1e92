//! What may be asked about templates: a form for each command.

use std::collections::BTreeMap;

use mediary_schema::{Label, account::Permission, template::Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, is_default, schema_of};

/// What may be asked about templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Keep settings under a name.
    #[serde(rename = "template.save")]
    Save(Save),
    /// Keep settings under many names at once.
    #[serde(rename = "template.import")]
    Import(Import),
    /// Forget a name.
    #[serde(rename = "template.remove")]
    Remove(Remove),
}

/// Keeps settings of jobs under a name, as its next version. Jobs that were started by an earlier one stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Save {
    /// What people call it.
    pub name: Label,
    /// What jobs have that are started by it; what is left out is as if there were no template.
    #[serde(default, skip_serializing_if = "is_default")]
    pub settings: Settings,
}

/// Keeps settings of jobs under their names, each as its next version: all of them, or none if one is refused. What has these
/// settings already stays its version; names that are not given stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// What jobs have that are started by each, by its name.
    pub templates: BTreeMap<Label, Settings>,
}

/// Starts nothing by this template any more. Jobs that were started by it stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// What people call it.
    pub name: Label,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("template.save", Permission::OPERATE, schema_of::<Save>),
        CommandKind::new("template.import", Permission::OPERATE, schema_of::<Import>),
        CommandKind::new("template.remove", Permission::OPERATE, schema_of::<Remove>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Save(_) => "template.save",
            Self::Import(_) => "template.import",
            Self::Remove(_) => "template.remove",
        }
    }
}
