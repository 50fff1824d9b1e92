//! What may be asked about roots: a form for each command.

use mediary_schema::{account::Permission, capability::Capability, root::RootKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, is_default, schema_of};

/// What may be asked about roots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Register a folder.
    #[serde(rename = "root.add")]
    Add(Add),
}

/// Registers a folder below which files lie; one that is registered already is answered. It lies in a registered one,
/// unless whoever asks shows the local token of the server's own machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// Its whole path on the server's machine.
    pub folder: String,
    /// What it is there for: files are kept there unless it is said that others put them there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: RootKind,
    /// What people call it; the name of the folder if left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub name: Option<String>,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] =
        &[CommandKind::new("root.add", Permission::CONFIGURE, schema_of::<Add>)
            .needs(Capability::LocalFiles)];

    fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "root.add",
        }
    }
}
